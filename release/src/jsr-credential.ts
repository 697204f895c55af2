/** What is missing to publish on JSR; undefined if nothing is. */
export function jsrCredentialProblem(
  env: NodeJS.ProcessEnv,
  isTerminal: boolean,
): string | undefined {
  const { JSR_TOKEN, GITHUB_ACTIONS, ACTIONS_ID_TOKEN_REQUEST_URL } = env
  // Deno shows its login page to anyone who sits at a terminal.
  if (JSR_TOKEN || ACTIONS_ID_TOKEN_REQUEST_URL || isTerminal) return undefined
  return GITHUB_ACTIONS
    ? 'No credential for JSR: give the job the permission `id-token: write`, or set JSR_TOKEN.'
    : 'No credential for JSR: set JSR_TOKEN, or run this in a terminal to log in.'
}
