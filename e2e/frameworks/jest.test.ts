import process from 'node:process'
import { beforeEach, describe, expect, test } from 'vitest'
import { node22 } from '../test-support/node22.ts'
import { snippetsOf } from '../test-support/snippets.ts'
import { installed, type Outcome, UserProject } from '../test-support/user-project.ts'

const page = 'docs/testing.md'
const heading = '## Jest: Must use import to load ES Module'
const [tsJest = '', swc = '', babel = ''] = snippetsOf(page, heading, 'js')
const babelConfig = `module.exports = {
  presets: [['@babel/preset-env', { targets: { node: 'current' } }]],
}`

let project: UserProject
beforeEach(() => {
  project = new UserProject('jest', 'jest')
  project.write('package.json', {})
})

function jest(node: string, file: string, flags: string[] = []): Promise<Outcome> {
  return project.run(node, [...flags, installed('jest/bin/jest.js'), '--no-cache', file])
}

test('without settings, Jest fails with the message on the page', async () => {
  const [words = ''] = snippetsOf(page, heading, 'text')
  const [message = '', file = ''] = words.trim().split('…/')
  const { code, output } = await jest(process.execPath, 'javascript.test.js')
  expect(code).toBe(1)
  expect(output).toContain(message)
  expect(output).toContain(file)
})

describe('with the lines of the page, Jest works', () => {
  test('with ts-jest, in Node 22', async () => {
    project.write('jest.config.js', tsJest)
    expect(await jest(node22, 'typed.test.ts')).toMatchObject({ code: 0 })
  })

  test('with @swc/jest', async () => {
    project.write('jest.config.js', swc)
    for (const file of ['typed.test.ts', 'javascript.test.js']) {
      expect(await jest(process.execPath, file)).toMatchObject({ code: 0 })
    }
  })

  test('with Babel', async () => {
    project.write('jest.config.js', babel)
    project.write('babel.config.js', babelConfig)
    expect(await jest(process.execPath, 'module.test.js')).toMatchObject({ code: 0 })
  })
})

test('on Node 24.9 and newer, Jest works with only the flag of the page', async () => {
  const [command = ''] = snippetsOf(page, '### On Node 24.9 and newer', 'sh')
  const flag = /--[\w-]+/.exec(command)?.[0] ?? ''
  expect(await jest(process.execPath, 'javascript.test.js', [flag])).toMatchObject({ code: 0 })
})
