import { messages } from "@/kernel/i18n";

export const P = messages({
  title: ["系统接入", "Systems of the region"],
  note: [
    "省市平台与公卫、疾控、急救等系统通常交换的数据集与频次。先为系统建立连接（数据源），再一次生成各数据集的分发作业；作业先停用，核对报文后启用。",
    "What the systems of a province or city usually exchange, and how often. A connection first (a source), then distributions of all its datasets at once; they are switched on after a look at their messages.",
  ],
  system: ["系统", "System"],
  gives: ["平台向其分发", "Given to it"],
  takes: ["由其接入", "Brought by it"],
  often: ["频次", "How often"],
  connected: ["连接", "Connections"],
  none: ["未连接", "none"],
  distributions: ["分发作业", "Distributions"],
  connect: ["建立连接", "Connect"],
  make: ["生成分发作业", "Make distributions"],
  place: ["目标连接", "Connection"],
  orgs: ["机构", "Institutions"],
  orgsHelp: ["不填为全部机构", "None: all"],
  masked: ["脱敏", "Masked"],
  made: [
    "已生成 {made} 个分发作业（停用），{kept} 个原已存在",
    "{made} distributions made, switched off; {kept} were there",
  ],
  needsPlace: ["先建立该系统的连接", "Connect the system first"],
});
