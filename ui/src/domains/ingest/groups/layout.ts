import type { PictureMember } from "../types";

export const BOX = { width: 216, height: 66, across: 64, down: 16 };

export interface Placed {
  member: PictureMember;
  x: number;
  y: number;
}

export interface Line {
  from: string;
  to: string;
  path: string;
}

export interface Layout {
  boxes: Placed[];
  lines: Line[];
  width: number;
  height: number;
}

/** Members in columns by layer, each near the middle of those it waits for, and a line for each dependency. */
export function layoutOf(members: PictureMember[]): Layout {
  const columns = new Map<number, PictureMember[]>();
  for (const member of members) {
    columns.set(member.layer, [...(columns.get(member.layer) ?? []), member]);
  }
  const row = new Map<string, number>();
  const boxes: Placed[] = [];
  const tallest = Math.max(0, ...[...columns.values()].map((column) => column.length));
  const height = tallest * (BOX.height + BOX.down) - (tallest > 0 ? BOX.down : 0);
  for (const [layer, column] of [...columns].sort(([a], [b]) => a - b)) {
    const wish = (member: PictureMember) => {
      const rows = member.after.flatMap((code) => row.get(code) ?? []);
      return rows.length > 0 ? rows.reduce((sum, each) => sum + each, 0) / rows.length : 0;
    };
    const sorted = [...column].sort((a, b) => wish(a) - wish(b));
    const top = (height - (sorted.length * (BOX.height + BOX.down) - BOX.down)) / 2;
    sorted.forEach((member, index) => {
      const y = top + index * (BOX.height + BOX.down);
      row.set(member.feed, y);
      boxes.push({ member, x: layer * (BOX.width + BOX.across), y });
    });
  }
  const at = new Map(boxes.map((box) => [box.member.feed, box]));
  const lines = members.flatMap((member) =>
    member.after.flatMap((code) => {
      const [before, box] = [at.get(code), at.get(member.feed)];
      if (!before || !box) {
        return [];
      }
      const [x1, y1] = [before.x + BOX.width, before.y + BOX.height / 2];
      const [x2, y2] = [box.x, box.y + BOX.height / 2];
      const bend = x2 - BOX.across / 2;
      return [
        {
          from: code,
          to: member.feed,
          path: `M${x1} ${y1} H${bend - 16} C${bend} ${y1} ${bend} ${y2} ${bend + 16} ${y2} H${x2}`,
        },
      ];
    }),
  );
  return { boxes, lines, width: Math.max(0, columns.size * (BOX.width + BOX.across) - BOX.across), height };
}
