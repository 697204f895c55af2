import { expect, test } from 'vitest'
import { jsrCredentialProblem } from './jsr-credential.ts'

const job = { GITHUB_ACTIONS: 'true' }
const url = 'https://example.com'

test.for<[string, NodeJS.ProcessEnv, boolean]>([
  ['a token', { JSR_TOKEN: 'token' }, false],
  ['the identity of a job', { ...job, ACTIONS_ID_TOKEN_REQUEST_URL: url }, false],
  ['a terminal', {}, true],
])('%s is a credential', ([, env, isTerminal]) => {
  expect(jsrCredentialProblem(env, isTerminal)).toBeUndefined()
})

test('without a credential, it says what is missing', () => {
  expect(jsrCredentialProblem({ JSR_TOKEN: '' }, false)).toContain('set JSR_TOKEN')
  expect(jsrCredentialProblem(job, false)).toContain('`id-token: write`')
})
