import { expect, test } from 'vitest'
import { startSandbox, variablesFor } from '../test-support/sandbox.ts'
import { UserProject } from '../test-support/user-project.ts'

test('ts-node runs a program with node10', async () => {
  const project = new UserProject('ts-node', 'ts-node')
  const sandbox = await startSandbox()
  try {
    const args = ['program.ts']
    const outcome = await project.runModule('ts-node/dist/bin.js', args, variablesFor(sandbox))
    expect(outcome).toMatchObject({ code: 0 })
    expect(outcome.stdout).toContain('Simulated answer')
  } finally {
    await sandbox.close()
  }
})
