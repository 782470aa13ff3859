//! The keys of the dictionary, in one place.

/// A key of the configuration dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    ClientId,
    ClientSecret,
    RedirectUri,
    CurrentUserEmail,
    ApiBaseUrl,
    AccountsUrl,
    Sandbox,
    ApiVersion,
    AccessType,
    TokenPersistencePath,
    DbUsername,
    DbPassword,
    DbPort,
    DbAddress,
    DbName,
    DbSocket,
    DbTls,
    DbTlsCa,
    MysqlUsername,
    MysqlPassword,
    MysqlPort,
    PersistenceHandlerClass,
    PersistenceHandlerClassPath,
    ApplicationLogFilePath,
    LogInConsole,
}

impl Key {
    pub(super) const ALL: [Self; 25] = [
        Self::ClientId,
        Self::ClientSecret,
        Self::RedirectUri,
        Self::CurrentUserEmail,
        Self::ApiBaseUrl,
        Self::AccountsUrl,
        Self::Sandbox,
        Self::ApiVersion,
        Self::AccessType,
        Self::TokenPersistencePath,
        Self::DbUsername,
        Self::DbPassword,
        Self::DbPort,
        Self::DbAddress,
        Self::DbName,
        Self::DbSocket,
        Self::DbTls,
        Self::DbTlsCa,
        Self::MysqlUsername,
        Self::MysqlPassword,
        Self::MysqlPort,
        Self::PersistenceHandlerClass,
        Self::PersistenceHandlerClassPath,
        Self::ApplicationLogFilePath,
        Self::LogInConsole,
    ];

    /// The key as it stands in the dictionary.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ClientId => "client_id",
            Self::ClientSecret => "client_secret",
            Self::RedirectUri => "redirect_uri",
            Self::CurrentUserEmail => "current_user_email",
            Self::ApiBaseUrl => "api_base_url",
            Self::AccountsUrl => "accounts_url",
            Self::Sandbox => "sandbox",
            Self::ApiVersion => "api_version",
            Self::AccessType => "access_type",
            Self::TokenPersistencePath => "token_persistence_path",
            Self::DbUsername => "db_username",
            Self::DbPassword => "db_password",
            Self::DbPort => "db_port",
            Self::DbAddress => "db_address",
            Self::DbName => "db_name",
            Self::DbSocket => "db_socket",
            Self::DbTls => "db_tls",
            Self::DbTlsCa => "db_tls_ca",
            Self::MysqlUsername => "mysql_username",
            Self::MysqlPassword => "mysql_password",
            Self::MysqlPort => "mysql_port",
            Self::PersistenceHandlerClass => "persistence_handler_class",
            Self::PersistenceHandlerClassPath => "persistence_handler_class_path",
            Self::ApplicationLogFilePath => "application_log_file_path",
            Self::LogInConsole => "log_in_console",
        }
    }

    /// The environment variable of the key.
    pub(super) fn variable(self) -> String {
        format!("ZCRM_{}", self.name().to_ascii_uppercase())
    }

    /// The key of a name.
    pub(super) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }

    /// The key whose name is most like a name that is none, if one is near.
    pub(super) fn nearest(name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        Self::ALL
            .into_iter()
            .map(|key| (strsim::normalized_damerau_levenshtein(&name, key.name()), key))
            .filter(|(likeness, _)| *likeness > 0.6)
            .max_by(|(one, _), (other, _)| one.total_cmp(other))
            .map(|(_, key)| key)
    }

    /// Whether the key is true or false.
    pub(super) fn is_switch(self) -> bool {
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

    /// Whether an empty text is a value of its own, and not an absent key.
    pub(super) fn may_be_empty(self) -> bool {
        matches!(self, Self::DbPassword | Self::MysqlPassword)
    }
}
