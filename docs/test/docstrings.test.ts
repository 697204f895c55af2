import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { countChecks } from './checks.ts'
import { ExampleProject } from './example-project.ts'
import { describeRuns, describeTypes } from './example-tests.ts'
import { examplesInDocstrings, root, sources } from './extract.ts'

const files = sources()
const examples = files.flatMap(examplesInDocstrings)

const node = new ExampleProject(examples, { name: 'docstrings', library: 'node' })
const dom = new ExampleProject(examples, { name: 'docstrings-dom', library: 'dom' })

describe('the examples in docstrings', () => {
  test('are all found', () => {
    const tags = files.flatMap(
      (file) => readFileSync(join(root, file), 'utf8').match(/^\s*\* @example/gm) ?? [],
    )
    expect(examples.length).toBeGreaterThanOrEqual(15)
    expect(examples.length).toBe(tags.length)
  })

  test('have checked values', () => {
    const counts = examples.map(({ code }) => countChecks(code))
    expect(counts.filter((count) => count > 0).length).toBeGreaterThanOrEqual(9)
  })

  describeTypes('type-check where there is only Node', examples, node)
  describeTypes('type-check with the DOM library', examples, dom)
  describeRuns(examples, node)
})
