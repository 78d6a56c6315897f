/** Where a template is deployed. */
export interface Place {
  readonly account: string;
  readonly region: string;
}
