export { Empty } from "./Empty";
export { ErrorState, useExplain } from "./ErrorState";
export { Loading } from "./Loading";
export { QueryView } from "./QueryView";
export { Mistakes, Refused } from "./Refused";
