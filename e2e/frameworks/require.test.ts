import process from 'node:process'
import { expect, test } from 'vitest'
import { entries } from '../test-support/entries.ts'
import { node22 } from '../test-support/node22.ts'
import { UserProject } from '../test-support/user-project.ts'

test.for([
  ['this Node', process.execPath],
  ['Node 22', node22],
])('require() gives the same objects as import, in %s', async ([, node = '']) => {
  const project = new UserProject('require')
  project.write('package.json', {})
  const file = project.write(
    'program.js',
    `const entries = ${JSON.stringify(entries)}
     ;(async () => {
       for (const entry of entries) {
         const required = require(entry)
         const imported = await import(entry)
         const names = Object.keys(imported)
         const same = names.length > 0 && names.every((name) => required[name] === imported[name])
         console.log(entry, same)
       }
     })()`,
  )
  const { stdout } = await project.run(node, [file])
  expect(stdout).toBe(entries.map((entry) => `${entry} true\n`).join(''))
})
