import process from 'node:process'
import { startLab } from '../start-lab.ts'
import { situations } from '../situations.ts'

/** Dies of one situation, because no code catches its error. */
const lab = await startLab()
const name = process.argv.at(-1)
const situation = situations.find((each) => each.name === name)
if (situation === undefined) throw new Error(`There is no situation ${name}`)
const outcome = await Promise.resolve(situation.run(lab)).catch((error: unknown) => error)
if (situation.name.length % 2 === 0) void Promise.reject(outcome)
else
  setTimeout(() => {
    throw outcome
  })
