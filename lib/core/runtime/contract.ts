/** Agreed between the constructs of custom resources and their handlers. Imports nothing. */

/** What is kept free at the end of a handler's time to answer CloudFormation, retries included. */
export const ANSWER_SECONDS = 75;
