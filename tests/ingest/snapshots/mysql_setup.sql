CREATE TABLE `hospital`.`suwen_0123abcd_t__visits` (
  `number` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `at` DATETIME(6) NOT NULL,
  `op` CHAR(1) NOT NULL,
  `before` LONGTEXT NULL,
  `after` LONGTEXT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
DROP TRIGGER IF EXISTS `hospital`.`suwen_0123abcd_t__visits_i`;
CREATE TRIGGER `hospital`.`suwen_0123abcd_t__visits_i` AFTER INSERT ON `hospital`.`visits` FOR EACH ROW
INSERT INTO `hospital`.`suwen_0123abcd_t__visits` (`at`, `op`, `after`) VALUES (
  UTC_TIMESTAMP(6), 'I',
  JSON_OBJECT('id', CONVERT(NEW.`id` USING utf8mb4), 'pid', CONVERT(NEW.`pid` USING utf8mb4), 'kind', CONVERT(NEW.`kind` USING utf8mb4), 'started', CONVERT(NEW.`started` USING utf8mb4), 'cost', CONVERT(NEW.`cost` USING utf8mb4)));
DROP TRIGGER IF EXISTS `hospital`.`suwen_0123abcd_t__visits_u`;
CREATE TRIGGER `hospital`.`suwen_0123abcd_t__visits_u` AFTER UPDATE ON `hospital`.`visits` FOR EACH ROW
INSERT INTO `hospital`.`suwen_0123abcd_t__visits` (`at`, `op`, `before`, `after`) VALUES (
  UTC_TIMESTAMP(6), 'U',
  JSON_OBJECT('id', CONVERT(OLD.`id` USING utf8mb4), 'pid', CONVERT(OLD.`pid` USING utf8mb4), 'kind', CONVERT(OLD.`kind` USING utf8mb4), 'started', CONVERT(OLD.`started` USING utf8mb4), 'cost', CONVERT(OLD.`cost` USING utf8mb4)),
  JSON_OBJECT('id', CONVERT(NEW.`id` USING utf8mb4), 'pid', CONVERT(NEW.`pid` USING utf8mb4), 'kind', CONVERT(NEW.`kind` USING utf8mb4), 'started', CONVERT(NEW.`started` USING utf8mb4), 'cost', CONVERT(NEW.`cost` USING utf8mb4)));
DROP TRIGGER IF EXISTS `hospital`.`suwen_0123abcd_t__visits_d`;
CREATE TRIGGER `hospital`.`suwen_0123abcd_t__visits_d` AFTER DELETE ON `hospital`.`visits` FOR EACH ROW
INSERT INTO `hospital`.`suwen_0123abcd_t__visits` (`at`, `op`, `before`) VALUES (
  UTC_TIMESTAMP(6), 'D',
  JSON_OBJECT('id', CONVERT(OLD.`id` USING utf8mb4), 'pid', CONVERT(OLD.`pid` USING utf8mb4), 'kind', CONVERT(OLD.`kind` USING utf8mb4), 'started', CONVERT(OLD.`started` USING utf8mb4), 'cost', CONVERT(OLD.`cost` USING utf8mb4)));
DROP PROCEDURE IF EXISTS `hospital`.`suwen_0123abcd_t__visits`;
CREATE PROCEDURE `hospital`.`suwen_0123abcd_t__visits`() SQL SECURITY DEFINER READS SQL DATA
SELECT 'columns' AS kind, '' AS name, '["id", "pid", "kind", "started", "cost"]' AS told, '' AS made
UNION ALL SELECT 'trigger', event_manipulation, '', COALESCE(created, '') FROM information_schema.triggers
  WHERE event_object_schema = 'hospital' AND event_object_table = 'visits' AND trigger_name IN ('suwen_0123abcd_t__visits_i', 'suwen_0123abcd_t__visits_u', 'suwen_0123abcd_t__visits_d')
UNION ALL SELECT 'cascade', constraint_name, '', '' FROM information_schema.referential_constraints
  WHERE constraint_schema = 'hospital' AND table_name = 'visits'
  AND (update_rule IN ('CASCADE', 'SET NULL') OR delete_rule IN ('CASCADE', 'SET NULL'));
GRANT EXECUTE ON PROCEDURE `hospital`.`suwen_0123abcd_t__visits` TO 'reader'@'%';
GRANT SELECT ON `hospital`.`suwen_0123abcd_t__visits` TO 'reader'@'%';
