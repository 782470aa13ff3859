//! Users.

use super::define::entity;
use super::id::UserId;
use super::reference::{ProfileRef, RoleRef, TerritoryRef, UserRef};
use super::time::DateTime;

entity! {
    /// A user of the organization.
    ///
    /// To create one, set what is to be sent. To change one, read it and set what is to be changed, or start from
    /// [`with_id`](User::with_id): an update sends only what differs from what was read. A field that was read and is
    /// set to `None` is sent as null, which clears it.
    ///
    /// ```
    /// use zcrm_core::entity::User;
    ///
    /// let user = User::new("An", "Nguyen", "nguyen@example.com", "4150868000000026005", "4150868000000026011")
    ///     .time_zone("Europe/Oslo");
    /// assert_eq!(user.last_name.as_deref(), Some("Nguyen"));
    /// ```
    ///
    /// Custom fields of users are in `other`, under their API names, and are sent as well; see
    /// [`custom_field`](User::custom_field).
    #[doc(alias = "ZCRMUser")]
    pub struct User where "null" is null {
        /// The id.
        id: UserId = "id",
        /// Zoho's id of the account, the same in all of Zoho's products. Null until the user has confirmed.
        zuid: String = "zuid",
        /// The name as v2 takes it on writing.
        name: String = "name" set,
        /// First name.
        first_name: String = "first_name" set,
        /// Last name; a create needs it.
        last_name: String = "last_name" set,
        /// First and last name as Zoho shows them.
        full_name: String = "full_name",
        /// The e-mail address; a create needs it, and it cannot be changed later.
        email: String = "email" set,
        /// The alias.
        #[doc(alias = "alias_aka")]
        alias: String = "alias" set,
        /// The role; a create needs it.
        role: RoleRef = "role" set,
        /// The profile; a create needs it.
        profile: ProfileRef = "profile" set,
        /// The manager (`Reporting_To`).
        reporting_to: UserRef = "Reporting_To" set,
        /// `active`, `disabled`, `deleted` or `closed`. A deleted user can still be read by id.
        status: String = "status" set,
        /// From later versions on: why the status is what it is (`status_reason__s`).
        status_reason: String = "status_reason__s",
        /// From later versions on: the kind of user (`category`).
        category: String = "category",
        /// Whether the user has accepted the invitation.
        #[doc(alias = "is_confirm")]
        confirm: bool = "confirm",
        /// Whether the user is signed in at the moment (`Isonline`).
        is_online: bool = "Isonline",
        /// Whether the account is a personal one.
        #[doc(alias = "is_personal_account")]
        personal_account: bool = "personal_account" set,
        /// Whether the account comes from Microsoft.
        #[doc(alias = "is_microsoft")]
        microsoft: bool = "microsoft",
        /// From later versions on: whether the user develops in the sandbox (`sandboxDeveloper`).
        sandbox_developer: bool = "sandboxDeveloper",
        /// Phone.
        phone: String = "phone" set,
        /// Mobile phone.
        mobile: String = "mobile" set,
        /// Fax.
        fax: String = "fax" set,
        /// Website.
        website: String = "website" set,
        /// Street.
        street: String = "street" set,
        /// City.
        city: String = "city" set,
        /// State or province.
        state: String = "state" set,
        /// Postal code.
        zip: String = "zip" set,
        /// Country.
        country: String = "country" set,
        /// Locale of the country, such as `en_US`.
        country_locale: String = "country_locale" set,
        /// Date of birth, in the user's own date format.
        dob: String = "dob" set,
        /// Signature under mails.
        signature: String = "signature" set,
        /// Language, such as `en_US`.
        language: String = "language" set,
        /// Locale, such as `en_US`.
        locale: String = "locale" set,
        /// Time zone, such as `Europe/Oslo`.
        time_zone: String = "time_zone" set,
        /// How far the time zone is from UTC, in milliseconds.
        offset: i64 = "offset",
        /// Format of dates, such as `MM/dd/yyyy`.
        date_format: String = "date_format" set,
        /// Format of times, such as `hh:mm a`.
        time_format: String = "time_format" set,
        /// Decimal separator, such as `Period`.
        decimal_separator: String = "decimal_separator" set,
        /// From later versions on: thousands separator, such as `Comma`.
        number_separator: String = "number_separator" set,
        /// Order of the parts of names.
        name_format: String = "name_format" set,
        /// From later versions on: order of the parts of names (`name_format__s`).
        name_format_s: String = "name_format__s" set,
        /// From later versions on: which part of names lists are sorted by.
        sort_order_preference: String = "sort_order_preference__s" set,
        /// The group of tabs shown first.
        default_tab_group: String = "default_tab_group" set,
        /// Currency (`Currency`).
        currency: String = "Currency",
        /// The user's territories.
        territories: Vec<TerritoryRef> = "territories",
        /// What the user has chosen to see.
        customize_info: CustomizeInfo = "customize_info",
        /// Colours and background.
        theme: Theme = "theme",
        /// Who created the user (`created_by`, lower case).
        created_by: UserRef = "created_by",
        /// When the user was created (`created_time`, lower case).
        created_time: DateTime = "created_time",
        /// Who changed the user last (`Modified_By`, capitalised).
        modified_by: UserRef = "Modified_By",
        /// When the user was changed last (`Modified_Time`, capitalised).
        modified_time: DateTime = "Modified_Time",
    }

    /// What a user has chosen to see.
    #[doc(alias = "ZCRMUserCustomizeInfo")]
    pub struct CustomizeInfo {
        /// Whether notes are sorted newest first.
        notes_desc: bool = "notes_desc",
        /// Whether the panel on the right is shown.
        #[doc(alias = "is_to_show_right_panel")]
        show_right_panel: bool = "show_right_panel",
        /// Whether the business-card view is on.
        #[doc(alias = "is_bc_view")]
        bc_view: bool = "bc_view",
        /// Whether the home tab is shown.
        #[doc(alias = "is_to_show_home")]
        show_home: bool = "show_home",
        /// Whether the detail view is shown.
        #[doc(alias = "is_to_show_detail_view")]
        show_detail_view: bool = "show_detail_view",
        /// Whether recent items are unpinned.
        unpin_recent_item: bool = "unpin_recent_item",
    }

    /// A user's colours and background.
    #[doc(alias = "ZCRMUserTheme")]
    pub struct Theme {
        /// Colours of tabs.
        #[doc(alias = "normal_tab_font_color")]
        #[doc(alias = "normal_tab_background")]
        normal_tab: ThemeTab = "normal_tab",
        /// Colours of the selected tab.
        #[doc(alias = "selected_tab_font_color")]
        #[doc(alias = "selected_tab_background")]
        selected_tab: ThemeTab = "selected_tab",
        /// New background.
        new_background: String = "new_background",
        /// Background.
        background: String = "background",
        /// Screen.
        screen: String = "screen",
        /// Kind of theme (`type`).
        kind: String = "type",
    }

    /// Colours of a tab.
    pub struct ThemeTab {
        /// Colour of the text, such as `#FFFFFF`.
        font_color: String = "font_color",
        /// Colour behind it.
        background: String = "background",
    }
}

impl User {
    /// A user to be created, with all that Zoho demands; the first name from v7 on (Zoho's page *Add users*).
    pub fn new(
        first_name: impl Into<String>,
        last_name: impl Into<String>,
        email: impl Into<String>,
        role: impl Into<RoleRef>,
        profile: impl Into<ProfileRef>,
    ) -> Self {
        Self::default().first_name(first_name).last_name(last_name).email(email).role(role).profile(profile)
    }

    /// The user with this id, for changes: set what is to be changed.
    pub fn with_id(id: impl Into<UserId>) -> Self {
        Self { id: Some(id.into()), ..Self::default() }
    }

    /// Sets a custom field by its API name; [`Json::null`](crate::entity::Json::null) clears it.
    #[doc(alias = "field_apiname_vs_value")]
    #[must_use]
    pub fn custom_field(mut self, api_name: impl Into<String>, value: impl Into<crate::entity::Json>) -> Self {
        self.other.insert(api_name.into(), value.into());
        self
    }
}
