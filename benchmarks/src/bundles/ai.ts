export { streamText } from 'ai'
