import { Card, type CardProps } from "antd";
import type { ReactNode } from "react";

interface Props extends Omit<CardProps, "title"> {
  title?: ReactNode;
  hint?: ReactNode;
  flush?: boolean;
}

/** A card with a quiet heading; `hint` stands beside it in grey, `flush` takes the padding away (tables). */
export function Section({ title, hint, flush, className, children, ...rest }: Props) {
  const heading = title && (
    <>
      {title}
      {hint && <span className="section-hint">{hint}</span>}
    </>
  );
  return (
    <Card
      {...rest}
      size="small"
      title={heading}
      className={["section", flush ? "section-flush" : "", className ?? ""].join(" ")}
    >
      {children}
    </Card>
  );
}
