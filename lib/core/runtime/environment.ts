/** The value of an environment variable that the construct sets. */
export function requireEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`the environment variable ${name} is missing: the function was not made by its construct`);
  }
  return value;
}
