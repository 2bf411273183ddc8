import { LockOutlined, UserOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { api } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { SESSION_KEY, type Session } from "@/kernel/session";
import { useExplain } from "@/kernel/state";
import { LoginFrame } from "./LoginFrame";
import { M } from "./messages";

/** Where to go after signing in: only inside this application, never to a foreign address. */
export function safeNext(next: string | null): string {
  return next?.startsWith("/") && !next.startsWith("//") && !next.startsWith("/login") ? next : "/home";
}

export function LoginPage() {
  const t = useT();
  const explain = useExplain();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [search] = useSearchParams();
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const signIn = async (credentials: { username: string; password: string }) => {
    setBusy(true);
    setError(null);
    try {
      const session = await api.post<Session>("/api/auth/login", credentials);
      client.clear();
      client.setQueryData(SESSION_KEY, session);
      navigate(session.must_change_password ? "/password" : safeNext(search.get("next")), { replace: true });
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };

  const told = error ? explain(error) : null;
  return (
    <LoginFrame>
      <Form layout="vertical" size="large" onFinish={signIn} requiredMark={false}>
        {told && (
          <Alert type="error" showIcon title={told.title} description={told.detail} style={{ marginBottom: 16 }} />
        )}
        <Form.Item name="username" rules={[{ required: true, message: t(M.usernameNeeded) }]}>
          <Input prefix={<UserOutlined />} placeholder={t(M.username)} autoComplete="username" autoFocus />
        </Form.Item>
        <Form.Item name="password" rules={[{ required: true, message: t(M.passwordNeeded) }]}>
          <Input.Password prefix={<LockOutlined />} placeholder={t(M.password)} autoComplete="current-password" />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t(M.signIn)}
        </Button>
      </Form>
    </LoginFrame>
  );
}
