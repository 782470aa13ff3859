//! The example programs; what they share is in `zcrm_cli`.
