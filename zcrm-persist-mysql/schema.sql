-- The token table of zcrm-persist-mysql, for users who may not create it themselves: run it once as an administrator.
-- Zoho's own SDKs read and write it too.
CREATE DATABASE IF NOT EXISTS `zohooauth` CHARACTER SET utf8mb4;
CREATE TABLE IF NOT EXISTS `zohooauth`.`oauthtokens` (
    useridentifier varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    accesstoken varchar(2048) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    refreshtoken varchar(2048) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    expirytime bigint NOT NULL COMMENT 'milliseconds since 1970-01-01 UTC',
    PRIMARY KEY (useridentifier)
) ENGINE = InnoDB;
-- What is known beside the tokens: their data center, and until when Zoho wants no token requests. It holds no token.
CREATE TABLE IF NOT EXISTS `zohooauth`.`zcrm_notes` (
    id char(64) CHARACTER SET ascii NOT NULL COMMENT 'SHA-256 of the refresh token, or of the user',
    useridentifier varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    kind varchar(20) CHARACTER SET ascii NOT NULL,
    note varchar(100) CHARACTER SET ascii NOT NULL,
    PRIMARY KEY (id),
    KEY (useridentifier)
) ENGINE = InnoDB;
