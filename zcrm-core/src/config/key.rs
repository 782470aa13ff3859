//! The keys of the configuration dictionary.

macro_rules! keys {
    ($($key:ident = $name:literal,)*) => {
        /// A key of the configuration dictionary.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Key {
            $($key,)*
        }

        impl Key {
            const ALL: &[Self] = &[$(Self::$key,)*];

            /// The key as it is written in the dictionary.
            pub(super) fn name(self) -> &'static str {
                match self {
                    $(Self::$key => $name,)*
                }
            }
        }
    };
}

keys! {
    ClientId = "client_id",
    ClientSecret = "client_secret",
    RedirectUri = "redirect_uri",
    CurrentUserEmail = "current_user_email",
    ApiBaseUrl = "api_base_url",
    AccountsUrl = "accounts_url",
    FileUploadUrl = "file_upload_url",
    DownloadUrl = "download_url",
    Sandbox = "sandbox",
    ApiVersion = "api_version",
    AccessType = "access_type",
    TokenPersistencePath = "token_persistence_path",
    DbUsername = "db_username",
    DbPassword = "db_password",
    DbPort = "db_port",
    DbAddress = "db_address",
    DbName = "db_name",
    DbSocket = "db_socket",
    DbTls = "db_tls",
    DbTlsCa = "db_tls_ca",
    MysqlUsername = "mysql_username",
    MysqlPassword = "mysql_password",
    MysqlPort = "mysql_port",
    PersistenceHandlerClass = "persistence_handler_class",
    PersistenceHandlerClassPath = "persistence_handler_class_path",
    CaFile = "ca_file",
    Proxy = "proxy",
    ApplicationLogFilePath = "application_log_file_path",
    LogInConsole = "log_in_console",
}

impl Key {
    /// The environment variable of the key.
    pub(super) fn variable(self) -> String {
        format!("ZCRM_{}", self.name().to_ascii_uppercase())
    }

    /// The key with this name.
    pub(super) fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.name() == name)
    }

    /// The key whose name is most similar to an unknown one, if any is similar.
    pub(super) fn nearest(name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        Self::ALL
            .iter()
            .map(|key| (strsim::normalized_damerau_levenshtein(&name, key.name()), *key))
            .filter(|(similarity, _)| *similarity > 0.6)
            .max_by(|(one, _), (other, _)| one.total_cmp(other))
            .map(|(_, key)| key)
    }

    /// The other name of a key that has two.
    pub(super) fn synonym(self) -> Option<Self> {
        match self {
            Self::DbUsername => Some(Self::MysqlUsername),
            Self::DbPassword => Some(Self::MysqlPassword),
            Self::DbPort => Some(Self::MysqlPort),
            Self::MysqlUsername => Some(Self::DbUsername),
            Self::MysqlPassword => Some(Self::DbPassword),
            Self::MysqlPort => Some(Self::DbPort),
            _ => None,
        }
    }

    /// Whether the key is true or false.
    pub(super) fn is_boolean(self) -> bool {
        matches!(self, Self::Sandbox | Self::DbTls | Self::LogInConsole)
    }

    /// Whether the key is a number.
    pub(super) fn is_port(self) -> bool {
        matches!(self, Self::DbPort | Self::MysqlPort)
    }

    /// Whether the key describes a token store.
    pub(super) fn is_of_a_store(self) -> bool {
        let name = self.name();
        ["token_persistence_", "persistence_handler_", "db_", "mysql_"].iter().any(|prefix| name.starts_with(prefix))
    }

    /// Whether an empty string is a value, and not an absent key.
    pub(super) fn may_be_empty(self) -> bool {
        matches!(self, Self::DbPassword | Self::MysqlPassword)
    }
}
