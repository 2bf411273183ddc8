import { useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Form, Input } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { K } from "@/kernel/messages";
import { SESSION_KEY, useSession } from "@/kernel/session";
import { ErrorState, Loading, useExplain } from "@/kernel/state";
import { LoginFrame } from "./LoginFrame";
import { M } from "./messages";

interface Values {
  old_password: string;
  new_password: string;
}

/** Choose a new password: at will, or because the first login demands it. */
export function PasswordPage() {
  const t = useT();
  const explain = useExplain();
  const session = useSession();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  if (session.isPending) {
    return <Loading />;
  }
  if (session.isError) {
    return <ErrorState error={session.error} onRetry={() => session.refetch()} />;
  }
  const forced = session.data.must_change_password;

  const change = async ({ old_password, new_password }: Values) => {
    setBusy(true);
    setError(null);
    try {
      await api.post("/api/auth/password", { old_password, new_password });
      await client.invalidateQueries({ queryKey: SESSION_KEY });
      message.success(t(M.changed));
      navigate("/home", { replace: true });
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };

  const told = error ? explain(error) : null;
  return (
    <LoginFrame>
      <Form layout="vertical" onFinish={change} requiredMark={false}>
        {forced && <Alert type="info" showIcon title={t(M.mustChange)} style={{ marginBottom: 14 }} />}
        {told && (
          <Alert type="error" showIcon title={told.title} description={told.detail} style={{ marginBottom: 14 }} />
        )}
        <Form.Item
          name="old_password"
          label={t(M.oldPassword)}
          rules={[{ required: true, message: t(M.passwordNeeded) }]}
        >
          <Input.Password autoComplete="current-password" autoFocus />
        </Form.Item>
        <Form.Item
          name="new_password"
          label={t(M.newPassword)}
          extra={session.data.password_policy}
          rules={[{ required: true, message: t(M.passwordNeeded) }]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Form.Item
          name="repeat"
          label={t(M.repeatPassword)}
          dependencies={["new_password"]}
          rules={[
            ({ getFieldValue }) => ({
              validator: (_, value) =>
                value === getFieldValue("new_password") ? Promise.resolve() : Promise.reject(new Error(t(M.mismatch))),
            }),
          ]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t(K.changePassword)}
        </Button>
        {!forced && (
          <Button type="link" block onClick={() => navigate(-1)}>
            {t(K.cancel)}
          </Button>
        )}
      </Form>
    </LoginFrame>
  );
}
