//! The fields of each module.

use super::field::Field;
use super::field::Kind::{
    Anything, AutoNumber, Bigint, Boolean, Currency, Date, DateTime, Double, Email, FileUpload, Integer, Json, Lookup,
    MultiPicklist, Percent, Phone, Picklist, ProfileImage, Subform, Text, TextArea, User, Website,
};

const fn f(api_name: &'static str, kind: super::field::Kind) -> Field {
    Field::new(api_name, kind)
}

const SOURCES: &[&str] = &["-None-", "Advertisement", "Cold Call", "Employee Referral", "Trade Show", "Web Download"];
const STATUSES: &[&str] = &["-None-", "Attempted to Contact", "Contacted", "Junk Lead", "Lost Lead", "Not Contacted"];
const INDUSTRIES: &[&str] = &["-None-", "ASP", "Data/Telecom OEM", "ERP", "Government/Military", "Storage Equipment"];
const RATINGS: &[&str] = &["-None-", "Acquired", "Active", "Market Failed", "Project Cancelled", "Shut Down"];
const STAGES: &[&str] = &["Qualification", "Needs Analysis", "Negotiation/Review", "Closed Won", "Closed Lost"];
const SALUTATIONS: &[&str] = &["-None-", "Mr.", "Mrs.", "Ms.", "Dr.", "Prof."];
const TASK_STATUSES: &[&str] = &["Not Started", "Deferred", "In Progress", "Completed", "Waiting for input"];
const PRIORITIES: &[&str] = &["High", "Highest", "Low", "Lowest", "Normal"];

/// Fields that every module has; all but the owner, tags and layout are Zoho's to write.
pub(super) const COMMON: &[Field] = &[
    f("Owner", User),
    f("Created_By", User).read_only(),
    f("Modified_By", User).read_only(),
    f("Created_Time", DateTime).read_only(),
    f("Modified_Time", DateTime).read_only(),
    f("Last_Activity_Time", DateTime).read_only(),
    f("Tag", Json),
    f("Layout", Json),
];

pub(super) const LEADS: &[Field] = &[
    f("Company", Text),
    f("Salutation", Picklist(SALUTATIONS)),
    f("First_Name", Text),
    f("Last_Name", Text).mandatory(),
    f("Full_Name", Text).read_only(),
    f("Designation", Text),
    f("Email", Email),
    f("Secondary_Email", Email),
    f("Email_Opt_Out", Boolean),
    f("Phone", Phone),
    f("Mobile", Phone),
    f("Fax", Phone),
    f("Website", Website),
    f("Lead_Source", Picklist(SOURCES)),
    f("Lead_Status", Picklist(STATUSES)),
    f("Industry", Picklist(INDUSTRIES)),
    f("Rating", Picklist(RATINGS)),
    f("No_of_Employees", Integer),
    f("Annual_Revenue", Currency),
    f("Skype_ID", Text),
    f("Twitter", Text),
    f("Street", Text),
    f("City", Text),
    f("State", Text),
    f("Zip_Code", Text),
    f("Country", Text),
    f("Description", TextArea),
    f("Record_Image", ProfileImage).read_only(),
    f("Interests", MultiPicklist(&["Sailing", "Skiing", "Chess", "Cooking"])).custom(),
    f("Score", Double).custom(),
    f("External_Number", Bigint).custom(),
    f("Contract", FileUpload).custom(),
    f("Follow_Up", Date).custom(),
];

pub(super) const CONTACTS: &[Field] = &[
    f("Salutation", Picklist(SALUTATIONS)),
    f("First_Name", Text),
    f("Last_Name", Text).mandatory(),
    f("Full_Name", Text).read_only(),
    f("Account_Name", Lookup("Accounts")),
    f("Vendor_Name", Lookup("Vendors")),
    f("Reporting_To", Lookup("Contacts")),
    f("Email", Email),
    f("Secondary_Email", Email),
    f("Email_Opt_Out", Boolean),
    f("Title", Text),
    f("Department", Text),
    f("Phone", Phone),
    f("Home_Phone", Phone),
    f("Other_Phone", Phone),
    f("Mobile", Phone),
    f("Fax", Phone),
    f("Date_of_Birth", Date),
    f("Lead_Source", Picklist(SOURCES)),
    f("Mailing_Street", Text),
    f("Mailing_City", Text),
    f("Mailing_State", Text),
    f("Mailing_Zip", Text),
    f("Mailing_Country", Text),
    f("Description", TextArea),
    f("Record_Image", ProfileImage).read_only(),
];

pub(super) const ACCOUNTS: &[Field] = &[
    f("Account_Name", Text).mandatory(),
    f("Account_Number", Bigint),
    f("Account_Type", Picklist(&["-None-", "Analyst", "Competitor", "Customer", "Partner", "Supplier"])),
    f("Parent_Account", Lookup("Accounts")),
    f("Website", Website),
    f("Phone", Phone),
    f("Fax", Phone),
    f("Industry", Picklist(INDUSTRIES)),
    f("Rating", Picklist(RATINGS)),
    f("Employees", Integer),
    f("Annual_Revenue", Currency),
    f("Billing_Street", Text),
    f("Billing_City", Text),
    f("Billing_Code", Text),
    f("Billing_Country", Text),
    f("Description", TextArea),
    f("Record_Image", ProfileImage).read_only(),
];

pub(super) const DEALS: &[Field] = &[
    f("Deal_Name", Text).mandatory(),
    f("Stage", Picklist(STAGES)).mandatory(),
    f("Account_Name", Lookup("Accounts")),
    f("Contact_Name", Lookup("Contacts")),
    f("Campaign_Source", Lookup("Campaigns")),
    f("Amount", Currency),
    f("Expected_Revenue", Currency).read_only(),
    f("Probability", Percent),
    f("Closing_Date", Date),
    f("Type", Picklist(&["-None-", "Existing Business", "New Business"])),
    f("Lead_Source", Picklist(SOURCES)),
    f("Next_Step", Text),
    f("Description", TextArea),
];

pub(super) const CAMPAIGNS: &[Field] = &[
    f("Campaign_Name", Text).mandatory(),
    f("Type", Picklist(&["-None-", "Conference", "Webinar", "Trade Show"])),
    f("Status", Picklist(&["-None-", "Planning", "Active", "Inactive", "Complete"])),
    f("Start_Date", Date),
    f("End_Date", Date),
    f("Budgeted_Cost", Currency),
    f("Actual_Cost", Currency),
    f("Expected_Response", Bigint),
    f("Description", TextArea),
];

pub(super) const TASKS: &[Field] = &[
    f("Subject", Text).mandatory(),
    f("Due_Date", Date),
    f("Status", Picklist(TASK_STATUSES)),
    f("Priority", Picklist(PRIORITIES)),
    f("Who_Id", Lookup("Contacts")),
    f("What_Id", Anything),
    f("Remind_At", Json),
    f("Recurring_Activity", Json),
    f("Send_Notification_Email", Boolean),
    f("Closed_Time", DateTime).read_only(),
    f("Description", TextArea),
];

pub(super) const EVENTS: &[Field] = &[
    f("Event_Title", Text).mandatory(),
    f("Start_DateTime", DateTime).mandatory(),
    f("End_DateTime", DateTime).mandatory(),
    f("All_day", Boolean),
    f("Venue", Text),
    f("Participants", Json),
    f("Who_Id", Lookup("Contacts")),
    f("What_Id", Anything),
    f("Remind_At", Json),
    f("Recurring_Activity", Json),
    f("Description", TextArea),
];

pub(super) const CALLS: &[Field] = &[
    f("Subject", Text).mandatory(),
    f("Call_Type", Picklist(&["Inbound", "Outbound", "Missed"])).mandatory(),
    f("Call_Start_Time", DateTime).mandatory(),
    f("Call_Duration", Text),
    f("Call_Purpose", Picklist(&["-None-", "Prospecting", "Administrative", "Negotiation", "Demo"])),
    f("Call_Result", Text),
    f("Who_Id", Lookup("Contacts")),
    f("What_Id", Anything),
    f("Description", TextArea),
];

pub(super) const PRODUCTS: &[Field] = &[
    f("Product_Name", Text).mandatory(),
    f("Product_Code", Text),
    f("Product_Active", Boolean),
    f("Product_Category", Picklist(&["-None-", "Hardware", "Software", "CRM Applications"])),
    f("Vendor_Name", Lookup("Vendors")),
    f("Handler", User),
    f("Unit_Price", Currency),
    f("Commission_Rate", Currency),
    f("Qty_in_Stock", Double),
    f("Qty_Ordered", Double),
    f("Taxable", Boolean),
    f("Tax", Json),
    f("Sales_Start_Date", Date),
    f("Description", TextArea),
    f("Record_Image", ProfileImage).read_only(),
];

pub(super) const VENDORS: &[Field] = &[
    f("Vendor_Name", Text).mandatory(),
    f("Email", Email),
    f("Phone", Phone),
    f("Website", Website),
    f("Category", Text),
    f("Street", Text),
    f("City", Text),
    f("Country", Text),
    f("Description", TextArea),
    f("Record_Image", ProfileImage).read_only(),
];

pub(super) const PRICE_BOOKS: &[Field] = &[
    f("Price_Book_Name", Text).mandatory(),
    f("Active", Boolean),
    f("Pricing_Model", Picklist(&["-None-", "Flat", "Differential"])),
    f("Pricing_Details", Json),
    f("Description", TextArea),
];

/// What quotes, orders and invoices have in common.
macro_rules! inventory {
    ($($field:expr),* $(,)?) => {
        &[
            f("Subject", Text).mandatory(),
            f("Product_Details", Json).mandatory(),
            f("Contact_Name", Lookup("Contacts")),
            f("Status", Text),
            f("Carrier", Text),
            f("Discount", Currency),
            f("Tax", Currency).read_only(),
            f("Adjustment", Currency),
            f("Sub_Total", Currency).read_only(),
            f("Grand_Total", Currency).read_only(),
            f("$line_tax", Json),
            f("Billing_Street", Text),
            f("Billing_City", Text),
            f("Terms_and_Conditions", TextArea),
            f("Description", TextArea),
            $($field),*
        ]
    };
}

pub(super) const QUOTES: &[Field] = inventory![
    f("Account_Name", Lookup("Accounts")),
    f("Deal_Name", Lookup("Deals")),
    f("Quote_Stage", Picklist(&["Draft", "Negotiation", "Delivered", "On Hold", "Confirmed"])),
    f("Quote_Number", AutoNumber).read_only(),
    f("Valid_Till", Date),
];

pub(super) const ORDERS: &[Field] = inventory![
    f("Account_Name", Lookup("Accounts")),
    f("Deal_Name", Lookup("Deals")),
    f("Due_Date", Date),
    f("SO_Number", AutoNumber).read_only(),
    f("Purchase_Order", Text),
    f("Sales_Commission", Currency),
];

pub(super) const PURCHASE_ORDERS: &[Field] = inventory![
    f("Vendor_Name", Lookup("Vendors")),
    f("PO_Number", Text),
    f("PO_Date", Date),
    f("Due_Date", Date),
    f("Tracking_Number", Text),
];

pub(super) const CASES: &[Field] = &[
    f("Subject", Text).mandatory(),
    f("Status", Picklist(&["New", "On Hold", "Escalated", "Closed"])).mandatory(),
    f("Case_Origin", Picklist(&["Email", "Phone", "Web"])).mandatory(),
    f("Case_Number", AutoNumber).read_only(),
    f("Priority", Picklist(PRIORITIES)),
    f("Account_Name", Lookup("Accounts")),
    f("Related_To", Lookup("Contacts")),
    f("Email", Email),
    f("Phone", Phone),
    f("Description", TextArea),
];

pub(super) const SOLUTIONS: &[Field] = &[
    f("Solution_Title", Text).mandatory(),
    f("Solution_Number", AutoNumber).read_only(),
    f("Status", Picklist(&["Draft", "Reviewed", "Duplicate"])),
    f("Product_Name", Lookup("Products")),
    f("Published", Boolean),
    f("Question", TextArea),
    f("Answer", TextArea),
];

pub(super) const NOTES: &[Field] = &[
    f("Note_Title", Text),
    f("Note_Content", TextArea),
    f("Parent_Id", Json).mandatory(),
    f("$se_module", Text),
    f("$size", Integer).read_only(),
    f("$editable", Boolean).read_only(),
    f("$voice_note", Boolean).read_only(),
    f("$attachments", Json).read_only(),
];

pub(super) const ATTACHMENTS: &[Field] = &[
    f("File_Name", Text),
    f("Size", Bigint).read_only(),
    f("Parent_Id", Json).read_only(),
    f("$se_module", Text).read_only(),
    f("$file_id", Text).read_only(),
    f("$type", Text).read_only(),
    f("$link_url", Text).read_only(),
    f("$editable", Boolean).read_only(),
];

/// Those of tasks, events and calls as one module.
pub(super) const ACTIVITIES: &[Field] = &[
    f("Subject", Text),
    f("Activity_Type", Picklist(&["Tasks", "Events", "Calls"])).read_only(),
    f("Due_Date", Date),
    f("Status", Picklist(TASK_STATUSES)),
    f("Priority", Picklist(PRIORITIES)),
    f("Start_DateTime", DateTime),
    f("End_DateTime", DateTime),
    f("Call_Start_Time", DateTime),
    f("Who_Id", Lookup("Contacts")),
    f("What_Id", Anything),
    f("Description", TextArea),
];

/// Those of line items from v2.1 on.
pub(super) const LINE_ITEMS: &[Field] = &[
    f("Product_Name", Lookup("Products")).mandatory(),
    f("Quantity", Double).mandatory(),
    f("List_Price", Currency),
    f("Price_Book_Name", Lookup("Price_Books")),
    f("Unit_Price", Currency).read_only(),
    f("Quantity_in_Stock", Double).read_only(),
    f("Total", Currency).read_only(),
    f("Discount", Currency),
    f("Total_After_Discount", Currency).read_only(),
    f("Line_Tax", Json),
    f("Tax", Currency),
    f("Net_Total", Currency).read_only(),
    f("Description", TextArea),
    f("Parent_Id", Anything).read_only(),
];

/// Those of the subform `Milestones`.
pub(super) const MILESTONES: &[Field] = &[
    f("Milestone", Text).custom(),
    f("Due", Date).custom(),
    f("Reached", Boolean).custom(),
    f("Parent_Id", Lookup("Projects")),
];

pub(super) const PROJECTS: &[Field] = &[
    f("Name", Text).mandatory(),
    f("Project_Code", Text).custom().unique(),
    f("Account", Lookup("Accounts")).custom(),
    f("Manager", User).custom(),
    f("Budget", Currency).custom(),
    f("Progress", Percent).custom(),
    f("Start_Date", Date).custom(),
    f("Kick_Off", DateTime).custom(),
    f("Phases", MultiPicklist(&["Design", "Build", "Test", "Run"])).custom(),
    f("Milestones", Subform).custom(),
    f("Plan", FileUpload).custom(),
    f("Active", Boolean).custom(),
    f("Summary", TextArea).custom(),
];
