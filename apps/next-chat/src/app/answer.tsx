import { type AnalysisSnapshot, safeUrl } from '@vectrade/browser'
import Markdown from 'react-markdown'

const inWords: Record<AnalysisSnapshot['status'], string> = {
  idle: '',
  waiting: 'Thinking …',
  streaming: 'Answering …',
  complete: 'The answer is complete.',
  stopped: 'Stopped.',
  failed: 'The answer failed.',
}

/** A question and its answer so far. */
export function Answer({ analysis, onRetry }: { analysis: AnalysisSnapshot; onRetry: () => void }) {
  const { question, text, citations, metadata, usage, status, error } = analysis
  return (
    <article aria-busy={status === 'waiting' || status === 'streaming'}>
      <h2>{question}</h2>
      {metadata['simulated'] === true && <p className="simulated">Simulated</p>}
      {/* An image could tell another server what the answer says. */}
      <Markdown disallowedElements={['img']}>{text}</Markdown>
      {citations.length > 0 && (
        <ol aria-label="Sources">
          {citations.map(({ source, url }, index) => (
            <li key={index}>
              <a href={safeUrl(url)} rel="noreferrer">
                {source}
              </a>
            </li>
          ))}
        </ol>
      )}
      <p role="status">
        {inWords[status]}
        {usage?.total_tokens !== undefined && ` It used ${usage.total_tokens} tokens.`}
      </p>
      {error && <p role="alert">{error.message}</p>}
      {(status === 'stopped' || status === 'failed') && (
        <button onClick={onRetry}>Ask again</button>
      )}
    </article>
  )
}
