import { messages } from "@/kernel/i18n";

export const W = messages({
  import: ["从 WSDL 导入", "Import from a WSDL"],
  address: ["WSDL 地址", "Address"],
  text: ["WSDL 文本", "Text"],
  read: ["读取", "Read"],
  operation: ["操作", "Operation"],
  inputs: ["输入字段", "Takes"],
  outputs: ["输出字段", "Gives"],
  take: ["选用", "Choose"],
});
