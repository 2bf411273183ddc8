/** ECharts, only the parts in use; drawn as SVG, so that it is sharp at every zoom. */
import { BarChart, HeatmapChart, LineChart, ScatterChart } from "echarts/charts";
import {
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { STILL } from "../theme";
import type { Option } from "./options";

echarts.use([
  BarChart,
  HeatmapChart,
  LineChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
  SVGRenderer,
]);

export interface Picked {
  name: string;
  dataIndex: number;
  seriesIndex: number;
}

interface Props {
  option: Option;
  height?: number;
  label: string;
  onPick?: (picked: Picked) => void;
}

/** A chart that follows its box; `label` says what it shows to those who cannot see it. */
export function Chart({ option, height = 240, label, onPick }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<echarts.EChartsType | null>(null);
  const pick = useRef(onPick);
  pick.current = onPick;

  useEffect(() => {
    if (!box.current) {
      return;
    }
    const made = echarts.init(box.current, undefined, { renderer: "svg" });
    chart.current = made;
    made.on("click", (event) => pick.current?.(event as unknown as Picked));
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(box.current);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption({ animation: !STILL, ...option }, { notMerge: true });
  }, [option]);

  return <div ref={box} role="img" aria-label={label} style={{ height, width: "100%" }} />;
}
