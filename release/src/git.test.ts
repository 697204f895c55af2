import { describe, expect, test } from 'vitest'
import { checkoutProblems, createTags, missingTags } from './git.ts'
import { run } from './run.ts'
import { makeFolder, writeFiles } from './test-support/repository.ts'

const one = {
  name: '@vectrade/one',
  version: '1.2.0',
  directory: 'packages/one',
  manifest: { name: '@vectrade/one', version: '1.2.0' },
}

async function makeCheckout(): Promise<string> {
  const cwd = makeFolder({ 'a.txt': '' })
  const commands = [
    'init --quiet',
    'config user.name Test',
    'config user.email test@example.com',
    'add --all',
    'commit --quiet --message A',
  ]
  for (const command of commands) await run('git', command.split(' '), { cwd })
  return cwd
}

describe('a checkout', () => {
  test('of a commit can be released', async () => {
    expect(await checkoutProblems(await makeCheckout())).toEqual([])
  })

  test('with changes is refused, and the changed files are named', async () => {
    const folder = await makeCheckout()
    writeFiles(folder, { 'a.txt': 'changed', 'b.txt': 'new' })
    expect(await checkoutProblems(folder)).toEqual([
      'Files are not committed: a.txt, b.txt. Commit them or remove them.',
    ])
  })

  test('without git is refused', async () => {
    expect(await checkoutProblems(makeFolder())).toEqual([
      expect.stringContaining('not a git checkout'),
    ])
  })

  test('without an author for its tags is refused', async () => {
    const folder = await makeCheckout()
    await run('git', ['config', 'user.name', ''], { cwd: folder })
    expect(await checkoutProblems(folder)).toEqual([
      expect.stringContaining('git config user.name'),
    ])
  })
})

test('tags are missing until they are created, and can be pushed along with their commit', async () => {
  const folder = await makeCheckout()
  expect(await missingTags(folder, [one])).toEqual(['@vectrade/one@1.2.0'])
  await createTags(folder, ['@vectrade/one@1.2.0'])
  expect(await missingTags(folder, [one])).toEqual([])
  // `git push --follow-tags` pushes only annotated tags.
  const type = await run('git', ['cat-file', '-t', '@vectrade/one@1.2.0'], { cwd: folder })
  expect(type.trim()).toBe('tag')
})
