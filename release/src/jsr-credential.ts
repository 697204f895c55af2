/** Returns the credential that is missing to publish on JSR; undefined if there is one. */
export function jsrCredentialProblem(
  env: NodeJS.ProcessEnv,
  isTerminal: boolean,
): string | undefined {
  const { JSR_TOKEN, GITHUB_ACTIONS, ACTIONS_ID_TOKEN_REQUEST_URL } = env
  // In a terminal, Deno itself asks for a login.
  if (JSR_TOKEN || ACTIONS_ID_TOKEN_REQUEST_URL || isTerminal) return undefined
  return GITHUB_ACTIONS
    ? 'No credential for JSR: give the job the permission `id-token: write`, or set JSR_TOKEN.'
    : 'No credential for JSR: set JSR_TOKEN, or run this in a terminal to log in.'
}
