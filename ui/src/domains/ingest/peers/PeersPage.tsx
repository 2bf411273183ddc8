import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Form, Modal, Select, Space, Switch, Table, Tag } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import type { components } from "@/api/schema";
import { api } from "@/kernel/client";
import { OrgChoice } from "@/kernel/fields/FieldInput";
import { NOTHING } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { useMay } from "@/kernel/session";
import { QueryView, Refused } from "@/kernel/state";
import { Cron } from "../kinds";
import { P } from "./messages";

type Peer = components["schemas"]["PeerInfo"];
type Made = components["schemas"]["PeerMade"];
type Wanted = components["schemas"]["PeerWanted"];
const PATH = "/api/ingest/peers";

/** The systems with which a region exchanges data: what each is given and brings, and how far it is connected. */
export function PeersPage() {
  const t = useT();
  const title = useTitle();
  const may = useMay();
  const navigate = useNavigate();
  const [making, setMaking] = useState<Peer | null>(null);
  const peers = useQuery({
    queryKey: ["ingest", PATH],
    queryFn: ({ signal }) => api.get<Peer[]>(PATH, undefined, signal),
  });
  return (
    <>
      <PageHead title={t(P.title)} note={t(P.note)} />
      <QueryView query={peers}>
        {(data) => (
          <Section flush>
            <Table<Peer>
              size="small"
              rowKey="code"
              dataSource={data}
              pagination={false}
              scroll={{ x: "max-content" }}
              columns={[
                { title: t(P.system), key: "title", render: (_, one) => <span className="nowrap">{title(one)}</span> },
                { title: t(P.gives), key: "gives", width: 380, render: (_, one) => <Datasets of={one.gives} /> },
                { title: t(P.takes), key: "takes", width: 240, render: (_, one) => <Datasets of={one.takes} /> },
                { title: t(P.often), dataIndex: "cron", render: (cron: string) => <Cron value={cron} /> },
                {
                  title: t(P.connected),
                  dataIndex: "places",
                  render: (places: string[]) =>
                    places.length === 0 ? (
                      <span className="faint">{t(P.none)}</span>
                    ) : (
                      <Space size={8} wrap>
                        {places.map((code) => (
                          <Link key={code} className="mono" to={`/ingest/sources/${code}`}>
                            {code}
                          </Link>
                        ))}
                      </Space>
                    ),
                },
                {
                  title: t(P.distributions),
                  key: "distributions",
                  align: "right",
                  className: "num",
                  render: (_, one) =>
                    one.distributions > 0 ? (
                      <Link to={`/ingest/distributions?f.place=${one.places[0]}`}>{one.distributions}</Link>
                    ) : (
                      <span className="faint">{NOTHING}</span>
                    ),
                },
                {
                  key: "buttons",
                  align: "right",
                  fixed: "right",
                  render: (_, one) =>
                    may("ingest.write") && (
                      <Space size={8}>
                        <Button size="small" onClick={() => navigate(`/ingest/sources/new?${asked(one)}`)}>
                          {t(P.connect)}
                        </Button>
                        {one.gives.length > 0 && (
                          <Button
                            size="small"
                            disabled={one.places.length === 0}
                            title={one.places.length === 0 ? t(P.needsPlace) : undefined}
                            onClick={() => setMaking(one)}
                          >
                            {t(P.make)}
                          </Button>
                        )}
                      </Space>
                    ),
                },
              ]}
            />
          </Section>
        )}
      </QueryView>
      {making && (
        <Making
          peer={making}
          onClose={() => {
            setMaking(null);
            void peers.refetch();
          }}
        />
      )}
    </>
  );
}

const asked = (peer: Peer) => new URLSearchParams({ system: peer.code, title: peer.title }).toString();

function Datasets({ of }: { of: Peer["gives"] }) {
  const title = useTitle();
  return of.length === 0 ? (
    <span className="faint">{NOTHING}</span>
  ) : (
    <Space size={[4, 4]} wrap>
      {of.map((one) => (
        <Tag key={one.code} style={{ marginInlineEnd: 0 }}>
          {title(one)}
        </Tag>
      ))}
    </Space>
  );
}

/** Distributions of all datasets that a system is given. */
function Making({ peer, onClose }: { peer: Peer; onClose: () => void }) {
  const t = useT();
  const title = useTitle();
  const { message } = App.useApp();
  const [form] = Form.useForm<Wanted>();
  const make = useMutation({
    mutationFn: (wanted: Wanted) => api.post<Made>(`${PATH}/${peer.code}/distributions`, wanted),
    onSuccess: ({ made, kept }) => {
      message.success(t(P.made, { made: String(made.length), kept: String(kept.length) }));
      onClose();
    },
  });
  return (
    <Modal
      open
      title={`${t(P.make)} · ${title(peer)}`}
      confirmLoading={make.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{ place: peer.places[0], orgs: [], masked: true }}
        onFinish={(wanted) => make.mutate(wanted)}
      >
        <Form.Item name="place" label={t(P.place)} rules={[{ required: true }]}>
          <Select options={peer.places.map((code) => ({ value: code, label: code }))} />
        </Form.Item>
        <Form.Item name="orgs" label={t(P.orgs)} extra={t(P.orgsHelp)}>
          <OrgChoice many />
        </Form.Item>
        <Form.Item name="masked" label={t(P.masked)} valuePropName="checked">
          <Switch />
        </Form.Item>
      </Form>
      {make.error && <Refused error={make.error} />}
    </Modal>
  );
}
