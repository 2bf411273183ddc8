import { messages } from "@/kernel/i18n";

export const A = messages({
  adopt: ["采用为平台数据集", "Adopt as a platform dataset"],
  note: [
    "按标准数据集生成平台数据集的声明，调整后提交批准。批准发布后即有湖表、采集规范、映射目标、数据字典和质控规则。",
    "The declaration that this standard dataset comes to. Adjust it and send it for approval; once published it has its table, specification, mapping target, dictionary and rules.",
  ],
  code: ["数据集代码（湖表名）", "Code (name of the table)"],
  title: ["名称", "Title"],
  titleEn: ["英文名称", "English title"],
  category: ["业务分类", "Category"],
  key: ["主键（机构内唯一）", "Key (within an institution)"],
  patient: ["患者列", "Patient column"],
  time: ["业务时间", "Time"],
  noTime: ["无业务时间", "No time"],
  columns: ["列", "Columns"],
  chosen: ["采用 {chosen} / {all} 列", "{chosen} of {all} columns"],
  find: ["列名、名称或数据元", "Column, title or element"],
  name: ["列名", "Column"],
  element: ["标准数据元", "Element of the standard"],
  type: ["类型", "Type"],
  length: ["长度", "Length"],
  digits: ["总位数, 小数位", "Digits, scale"],
  valueSet: ["值域", "Value set"],
  required: ["必填", "Required"],
  grade: ["级别", "Grade"],
  include: ["采用此列", "Include"],
  adopted: ["已提交批准，发布须由另一人作出", "Sent for approval, which is another person's"],
  submit: ["提交采用", "Send for approval"],
  carried: ["已有平台数据集承载其内容：{datasets}", "Already carried by {datasets}"],
  problems: ["还不能采用：", "Cannot be adopted yet:"],
  ready: ["声明可以采用", "The declaration can be adopted"],
});

export const NOTES = messages({
  identifier: ["直接标识，默认不采用", "Identifies a person: left out"],
  no_type: ["标准文本无类型，请选择", "No type in the text: choose one"],
  no_length: ["标准文本无长度，取平台长度", "No length in the text: the platform's"],
  no_codes: ["值域只知表名，不校验", "Value set without codes: not judged"],
  platform: ["平台列：连到患者与就诊", "The platform's own: leads to person and encounter"],
});
