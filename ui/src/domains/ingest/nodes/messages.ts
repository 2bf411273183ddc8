import { messages } from "@/kernel/i18n";

export const N = messages({
  enrolment: ["注册", "Enrolment"],
  enrolmentNote: [
    "在医院的机器上用一次性注册码注册：密钥在该机器上生成，不会离开。",
    "A machine in the hospital becomes this node by a one-time code; its key is made there and stays there.",
  ],
  makeCode: ["生成注册码", "New code"],
  makeAgain: [
    "重新生成注册码后，原注册码和该前置机现有密钥立即失效，须重新注册。确定生成？",
    "The code before and the node's present key count no longer; it has to enrol again. Go on?",
  ],
  code: ["一次性注册码", "One-time code"],
  once: [
    "注册码只显示这一次，{hours} 小时内有效，只能用于一台机器。请在医院的机器上执行下面的命令。",
    "It is shown this once, is good for {hours} hours, and for one machine. Run this on the machine in the hospital.",
  ],
  close: ["已复制，关闭", "Copied, close"],
  sources: ["数据源", "Sources"],
  sourcesNote: [
    "由前置机采集的数据源，平台不直接连接其数据库。",
    "The platform does not itself connect to sources that a node reads.",
  ],
  noSources: ["该机构没有可由前置机采集的数据源", "The institution has no source that a node could read"],
  name: ["名称", "Title"],
  connector: ["连接器", "Connector"],
  way: ["采集方式", "Read by"],
  direct: ["平台直连", "The platform"],
  here: ["由本前置机采集", "This node"],
  other: ["由其他前置机采集", "Another node"],
  brought: ["前置机批次", "Deliveries"],
});
