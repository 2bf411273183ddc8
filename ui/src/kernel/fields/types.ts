/** One field as the API describes it (kernel/resources.py: describe_field). */
export interface FieldSpec {
  name: string;
  label: string;
  label_en?: string;
  kind: string;
  options?: { value: string; label: string; label_en?: string }[] | null;
  filter?: boolean;
  sort?: boolean;
  hide?: string[];
  /** Hints, in Chinese and in English. */
  help?: string | null;
  help_en?: string | null;
  required?: boolean;
  default?: string | number | boolean | null;
  masked?: boolean;
  unit?: string | null;
  width?: number | null;
  /** Another field of the form, and its values with which alone this one is asked for. */
  when?: { field: string; values: string[] } | null;
}
