// Written by `zcrm describe Leads --rust`. Needs serde with its feature derive, serde_json and zcrm-core.

use serde::{Deserialize, Serialize};
#[allow(unused_imports)]
use zcrm_core::entity::{Lookup, UserRef};
#[allow(unused_imports)]
use zcrm_core::{Date, DateTime, Nullable, RecordId};

/// A record of Leads. Read-only fields are not sent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Leads {
    /// The id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<RecordId>,
    /// Company: text, at most 255 characters
    #[serde(rename = "Company", skip_serializing_if = "Nullable::is_absent")]
    pub company: Nullable<String>,
    /// Salutation: picklist, at most 120 characters
    #[serde(rename = "Salutation", skip_serializing_if = "Nullable::is_absent")]
    pub salutation: Nullable<LeadsSalutation>,
    /// First Name: text, at most 255 characters
    #[serde(rename = "First_Name", skip_serializing_if = "Nullable::is_absent")]
    pub first_name: Nullable<String>,
    /// Last Name: text, at most 255 characters, mandatory
    #[serde(rename = "Last_Name", skip_serializing_if = "Nullable::is_absent")]
    pub last_name: Nullable<String>,
    /// Full Name: text, at most 255 characters, read-only
    #[serde(rename = "Full_Name", skip_serializing)]
    pub full_name: Nullable<String>,
    /// Designation: text, at most 255 characters
    #[serde(rename = "Designation", skip_serializing_if = "Nullable::is_absent")]
    pub designation: Nullable<String>,
    /// Email: email, at most 100 characters
    #[serde(rename = "Email", skip_serializing_if = "Nullable::is_absent")]
    pub email: Nullable<String>,
    /// Secondary Email: email, at most 100 characters
    #[serde(
        rename = "Secondary_Email",
        skip_serializing_if = "Nullable::is_absent"
    )]
    pub secondary_email: Nullable<String>,
    /// Email Opt Out: boolean
    #[serde(rename = "Email_Opt_Out", skip_serializing_if = "Nullable::is_absent")]
    pub email_opt_out: Nullable<bool>,
    /// Phone: phone, at most 30 characters
    #[serde(rename = "Phone", skip_serializing_if = "Nullable::is_absent")]
    pub phone: Nullable<String>,
    /// Mobile: phone, at most 30 characters
    #[serde(rename = "Mobile", skip_serializing_if = "Nullable::is_absent")]
    pub mobile: Nullable<String>,
    /// Fax: phone, at most 30 characters
    #[serde(rename = "Fax", skip_serializing_if = "Nullable::is_absent")]
    pub fax: Nullable<String>,
    /// Website: website, at most 255 characters
    #[serde(rename = "Website", skip_serializing_if = "Nullable::is_absent")]
    pub website: Nullable<String>,
    /// Lead Source: picklist, at most 120 characters
    #[serde(rename = "Lead_Source", skip_serializing_if = "Nullable::is_absent")]
    pub lead_source: Nullable<LeadsLeadSource>,
    /// Lead Status: picklist, at most 120 characters
    #[serde(rename = "Lead_Status", skip_serializing_if = "Nullable::is_absent")]
    pub lead_status: Nullable<LeadsLeadStatus>,
    /// Industry: picklist, at most 120 characters
    #[serde(rename = "Industry", skip_serializing_if = "Nullable::is_absent")]
    pub industry: Nullable<LeadsIndustry>,
    /// Rating: picklist, at most 120 characters
    #[serde(rename = "Rating", skip_serializing_if = "Nullable::is_absent")]
    pub rating: Nullable<LeadsRating>,
    /// No of Employees: integer
    #[serde(
        rename = "No_of_Employees",
        skip_serializing_if = "Nullable::is_absent"
    )]
    pub no_of_employees: Nullable<i64>,
    /// Annual Revenue: currency
    #[serde(rename = "Annual_Revenue", skip_serializing_if = "Nullable::is_absent")]
    pub annual_revenue: Nullable<f64>,
    /// Skype ID: text, at most 255 characters
    #[serde(rename = "Skype_ID", skip_serializing_if = "Nullable::is_absent")]
    pub skype_id: Nullable<String>,
    /// Twitter: text, at most 255 characters
    #[serde(rename = "Twitter", skip_serializing_if = "Nullable::is_absent")]
    pub twitter: Nullable<String>,
    /// Street: text, at most 255 characters
    #[serde(rename = "Street", skip_serializing_if = "Nullable::is_absent")]
    pub street: Nullable<String>,
    /// City: text, at most 255 characters
    #[serde(rename = "City", skip_serializing_if = "Nullable::is_absent")]
    pub city: Nullable<String>,
    /// State: text, at most 255 characters
    #[serde(rename = "State", skip_serializing_if = "Nullable::is_absent")]
    pub state: Nullable<String>,
    /// Zip Code: text, at most 255 characters
    #[serde(rename = "Zip_Code", skip_serializing_if = "Nullable::is_absent")]
    pub zip_code: Nullable<String>,
    /// Country: text, at most 255 characters
    #[serde(rename = "Country", skip_serializing_if = "Nullable::is_absent")]
    pub country: Nullable<String>,
    /// Description: textarea, at most 32000 characters
    #[serde(rename = "Description", skip_serializing_if = "Nullable::is_absent")]
    pub description: Nullable<String>,
    /// Record Image: profileimage, at most 16 characters, read-only
    #[serde(rename = "Record_Image", skip_serializing)]
    pub record_image: Nullable<String>,
    /// Interests: multiselectpicklist
    #[serde(rename = "Interests", skip_serializing_if = "Nullable::is_absent")]
    pub interests: Nullable<Vec<LeadsInterests>>,
    /// Score: double
    #[serde(rename = "Score", skip_serializing_if = "Nullable::is_absent")]
    pub score: Nullable<f64>,
    /// External Number: bigint, at most 16 characters
    #[serde(
        rename = "External_Number",
        skip_serializing_if = "Nullable::is_absent"
    )]
    pub external_number: Nullable<String>,
    /// Contract: fileupload
    #[serde(rename = "Contract", skip_serializing_if = "Nullable::is_absent")]
    pub contract: Nullable<serde_json::Value>,
    /// Follow Up: date, at most 16 characters
    #[serde(rename = "Follow_Up", skip_serializing_if = "Nullable::is_absent")]
    pub follow_up: Nullable<Date>,
    /// Owner: ownerlookup
    #[serde(rename = "Owner", skip_serializing_if = "Nullable::is_absent")]
    pub owner: Nullable<UserRef>,
    /// Created By: ownerlookup, read-only
    #[serde(rename = "Created_By", skip_serializing)]
    pub created_by: Nullable<UserRef>,
    /// Modified By: ownerlookup, read-only
    #[serde(rename = "Modified_By", skip_serializing)]
    pub modified_by: Nullable<UserRef>,
    /// Created Time: datetime, at most 16 characters, read-only
    #[serde(rename = "Created_Time", skip_serializing)]
    pub created_time: Nullable<DateTime>,
    /// Modified Time: datetime, at most 16 characters, read-only
    #[serde(rename = "Modified_Time", skip_serializing)]
    pub modified_time: Nullable<DateTime>,
    /// Last Activity Time: datetime, at most 16 characters, read-only
    #[serde(rename = "Last_Activity_Time", skip_serializing)]
    pub last_activity_time: Nullable<DateTime>,
    /// Tag: text
    #[serde(rename = "Tag", skip_serializing_if = "Nullable::is_absent")]
    pub tag: Nullable<serde_json::Value>,
    /// Layout: bigint
    #[serde(rename = "Layout", skip_serializing_if = "Nullable::is_absent")]
    pub layout: Nullable<serde_json::Value>,
}

/// A value of Salutation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeadsSalutation {
    /// -None-
    #[serde(rename = "-None-")]
    None,
    /// Mr.
    #[serde(rename = "Mr.")]
    Mr,
    /// Mrs.
    #[serde(rename = "Mrs.")]
    Mrs,
    /// Ms.
    #[serde(rename = "Ms.")]
    Ms,
    /// Dr.
    #[serde(rename = "Dr.")]
    Dr,
    /// Prof.
    #[serde(rename = "Prof.")]
    Prof,
    /// A value that was not there when this was written.
    #[serde(untagged)]
    Other(String),
}

/// A value of Lead Source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeadsLeadSource {
    /// -None-
    #[serde(rename = "-None-")]
    None,
    /// Advertisement
    #[serde(rename = "Advertisement")]
    Advertisement,
    /// Cold Call
    #[serde(rename = "Cold Call")]
    ColdCall,
    /// Employee Referral
    #[serde(rename = "Employee Referral")]
    EmployeeReferral,
    /// Trade Show
    #[serde(rename = "Trade Show")]
    TradeShow,
    /// Web Download
    #[serde(rename = "Web Download")]
    WebDownload,
    /// A value that was not there when this was written.
    #[serde(untagged)]
    Other(String),
}

/// A value of Lead Status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeadsLeadStatus {
    /// -None-
    #[serde(rename = "-None-")]
    None,
    /// Attempted to Contact
    #[serde(rename = "Attempted to Contact")]
    AttemptedToContact,
    /// Contacted
    #[serde(rename = "Contacted")]
    Contacted,
    /// Junk Lead
    #[serde(rename = "Junk Lead")]
    JunkLead,
    /// Lost Lead
    #[serde(rename = "Lost Lead")]
    LostLead,
    /// Not Contacted
    #[serde(rename = "Not Contacted")]
    NotContacted,
    /// A value that was not there when this was written.
    #[serde(untagged)]
    Other(String),
}

/// A value of Industry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeadsIndustry {
    /// -None-
    #[serde(rename = "-None-")]
    None,
    /// ASP
    #[serde(rename = "ASP")]
    Asp,
    /// Data/Telecom OEM
    #[serde(rename = "Data/Telecom OEM")]
    DataTelecomOem,
    /// ERP
    #[serde(rename = "ERP")]
    Erp,
    /// Government/Military
    #[serde(rename = "Government/Military")]
    GovernmentMilitary,
    /// Storage Equipment
    #[serde(rename = "Storage Equipment")]
    StorageEquipment,
    /// A value that was not there when this was written.
    #[serde(untagged)]
    Other(String),
}

/// A value of Rating.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeadsRating {
    /// -None-
    #[serde(rename = "-None-")]
    None,
    /// Acquired
    #[serde(rename = "Acquired")]
    Acquired,
    /// Active
    #[serde(rename = "Active")]
    Active,
    /// Market Failed
    #[serde(rename = "Market Failed")]
    MarketFailed,
    /// Project Cancelled
    #[serde(rename = "Project Cancelled")]
    ProjectCancelled,
    /// Shut Down
    #[serde(rename = "Shut Down")]
    ShutDown,
    /// A value that was not there when this was written.
    #[serde(untagged)]
    Other(String),
}

/// A value of Interests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeadsInterests {
    /// Sailing
    #[serde(rename = "Sailing")]
    Sailing,
    /// Skiing
    #[serde(rename = "Skiing")]
    Skiing,
    /// Chess
    #[serde(rename = "Chess")]
    Chess,
    /// Cooking
    #[serde(rename = "Cooking")]
    Cooking,
    /// A value that was not there when this was written.
    #[serde(untagged)]
    Other(String),
}
