DROP TRIGGER IF EXISTS `hospital`.`suwen_0123abcd_t__visits_i`;
DROP TRIGGER IF EXISTS `hospital`.`suwen_0123abcd_t__visits_u`;
DROP TRIGGER IF EXISTS `hospital`.`suwen_0123abcd_t__visits_d`;
DROP PROCEDURE IF EXISTS `hospital`.`suwen_0123abcd_t__visits`;
DROP TABLE IF EXISTS `hospital`.`suwen_0123abcd_t__visits`;
