//! Records of any module: list, search, read, write, convert.
