/** Two languages, Chinese first: each folder keeps its own catalogue, `messages({ save: ["保存", "Save"] })`. */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";

export type Language = "zh" | "en";
/** One text in both languages; `{name}` stands for a parameter. */
export type Message = readonly [zh: string, en: string];
export type Translate = (message: Message, parameters?: Record<string, string | number>) => string;

const STORE = "suwen.language";

/** Declare a catalogue; the keys are checked by the compiler. */
export function messages<K extends string>(catalogue: Record<K, Message>): Record<K, Message> {
  return catalogue;
}

/** The text of a message in a language, with its parameters filled in. */
export function translate(
  language: Language,
  message: Message,
  parameters: Record<string, string | number> = {},
): string {
  const text = language === "zh" ? message[0] : message[1];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(parameters[name] ?? whole));
}

interface LanguageState {
  language: Language;
  setLanguage: (language: Language) => void;
}

const LanguageContext = createContext<LanguageState>({ language: "zh", setLanguage: () => undefined });

function storedLanguage(): Language {
  return localStorage.getItem(STORE) === "en" ? "en" : "zh";
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setState] = useState<Language>(storedLanguage);
  const setLanguage = useCallback((next: Language) => {
    localStorage.setItem(STORE, next);
    setState(next);
  }, []);
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  }, [language]);
  const value = useMemo(() => ({ language, setLanguage }), [language, setLanguage]);
  return <LanguageContext value={value}>{children}</LanguageContext>;
}

export function useLanguage(): LanguageState {
  return useContext(LanguageContext);
}

/** The translator of the chosen language. */
export function useT(): Translate {
  const { language } = useLanguage();
  return useCallback((message, parameters) => translate(language, message, parameters), [language]);
}

/** Of a text that the API says in both languages, the one in the reader's; the other where that is missing. */
export function useSaid(): (zh: string | null | undefined, en: string | null | undefined) => string {
  const { language } = useLanguage();
  return useCallback((zh, en) => (language === "en" ? en || zh : zh || en) ?? "", [language]);
}

/** Picks `title` or `title_en` of anything the API names in both languages. */
export function useTitle(): (item: { title?: string | null; title_en?: string | null }) => string {
  const said = useSaid();
  return useCallback((item) => said(item.title, item.title_en), [said]);
}
