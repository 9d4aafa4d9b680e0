import {
  openTranscript,
  type Transcript,
  type TranscriptFormat,
} from '../../conversations/transcript.js';

/** A conversation as a file of any format; what writes `.chat` files is loaded for them alone. */
export async function openAnyTranscript(format: TranscriptFormat): Promise<Transcript> {
  if (format !== 'chat') return openTranscript(format);
  const { chatFileTranscript } = await import('./export.js');
  return chatFileTranscript();
}
