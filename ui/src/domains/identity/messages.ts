import { messages } from "@/kernel/i18n";

export const M = messages({
  slogan: ["区域健康数据平台", "Regional health data platform"],
  promise: [
    "把一个地区的健康数据汇到一处，按标准治理，连成每个人的完整记录。",
    "One region's health data in one place: standardised, judged, linked to every person.",
  ],
  signIn: ["登录", "Sign in"],
  username: ["用户名", "Username"],
  password: ["密码", "Password"],
  oldPassword: ["当前密码", "Current password"],
  newPassword: ["新密码", "New password"],
  repeatPassword: ["再次输入新密码", "Repeat new password"],
  mismatch: ["两次输入不一致", "The passwords differ"],
  mustChange: ["首次登录，请先设置自己的密码。", "Please choose your own password first."],
  changed: ["密码已修改", "Password changed"],
  usernameNeeded: ["请输入用户名", "Enter your username"],
  passwordNeeded: ["请输入密码", "Enter your password"],
});
