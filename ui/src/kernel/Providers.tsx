import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider, type ThemeConfig } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import type { ReactNode } from "react";
import { LanguageProvider, useLanguage } from "./i18n";

interface Props {
  client: QueryClient;
  theme: ThemeConfig;
  children: ReactNode;
}

function Localised({ client, theme, children }: Props) {
  const { language } = useLanguage();
  dayjs.locale(language === "zh" ? "zh-cn" : "en");
  return (
    <ConfigProvider theme={theme} locale={language === "zh" ? zhCN : enUS}>
      {/* Outside of antd's App: what is shown in a notification or a modal asks the API too. */}
      <QueryClientProvider client={client}>
        <AntApp style={{ height: "100%" }} message={{ maxCount: 3 }}>
          {children}
        </AntApp>
      </QueryClientProvider>
    </ConfigProvider>
  );
}

/** What every page stands in, in the app and in tests: language, theme, queries, messages. */
export function Providers(props: Props) {
  return (
    <LanguageProvider>
      <Localised {...props} />
    </LanguageProvider>
  );
}
