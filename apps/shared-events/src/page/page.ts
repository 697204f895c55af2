import { VecTrade, VecTradeError } from '@vectrade/browser'
import { AnswerView } from './answer-view.ts'
import { events } from '../events.ts'
import { byId } from './by-id.ts'

const client = new VecTrade({ endpoint: '/api/analyze', events })
const form = byId('form', HTMLFormElement)
const prompt = byId('prompt', HTMLInputElement)
const button = byId('ask', HTMLButtonElement)
const status = byId('status', HTMLElement)
const problem = byId('problem', HTMLElement)
const view = new AnswerView(byId('answer', HTMLElement))

form.addEventListener('submit', (submit) => {
  submit.preventDefault()
  void ask(prompt.value)
})

async function ask(question: string): Promise<void> {
  button.disabled = true
  view.clear()
  problem.textContent = ''
  status.textContent = 'Answering'
  try {
    for await (const event of client.ai.stream(question)) view.add(event)
    status.textContent = 'The answer is complete.'
  } catch (error) {
    // What had arrived stays in the page.
    status.textContent = 'The answer is not complete.'
    problem.textContent = VecTradeError.isInstance(error)
      ? `${error.name}: ${error.message}`
      : 'The page has failed.'
  } finally {
    button.disabled = false
  }
}
