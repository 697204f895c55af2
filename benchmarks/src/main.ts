import { lineLength } from './line-length.ts'

const goals: [what: string, measured: number, atMost: number][] = [
  ['twice the line costs, times', await lineLength(), 2.3],
]

console.log('\nGoals')
console.table(
  goals.map(([what, measured, atMost]) => ({
    what,
    measured: measured.toFixed(2),
    'at most': atMost,
    met: measured <= atMost ? 'yes' : 'no',
  })),
)
