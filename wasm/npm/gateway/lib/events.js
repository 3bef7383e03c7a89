/** The registry says that it lives every 15 seconds; after so many milliseconds without a word it is asked again. */
const SILENCE = 45_000;
const LONGEST_PAUSE = 30_000;

/**
 * Listens to a registry's events until `signal` ends it. What an event says is not looked at: it is a reason to look at
 * the source, whose documents are signed. So is every connection anew, as something may have happened in between.
 */
export async function follow(fetch, { url, authorization }, { onEvent, report, signal }) {
  for (let pause = 1000; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    try {
      for await (const _ of events(fetch, url, authorization, signal)) {
        pause = 1000;
        await onEvent();
      }
    } catch (error) {
      if (!signal.aborted) report(error);
    }
    await sleep(pause, signal);
  }
}

/** Yields once connected, and whenever at least one event has come. */
async function* events(fetch, url, authorization, signal) {
  const silence = new AbortController();
  const stop = () => silence.abort();
  signal.addEventListener('abort', stop);
  let timer = setTimeout(stop, SILENCE);
  try {
    const headers = { accept: 'text/event-stream', ...(authorization === undefined ? {} : { authorization }) };
    const response = await fetch(url, { headers, redirect: 'manual', signal: silence.signal });
    if (response.status !== 200) throw new Error(`the registry answered with status ${response.status}`);
    yield;
    const decoder = new TextDecoder();
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(stop, SILENCE);
      timer.unref?.();
      // Comments keep the line open; only events have data.
      if (/^data:/m.test(decoder.decode(value, { stream: true }))) yield;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    silence.abort();
  }
}

function sleep(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    timer.unref?.();
    signal.addEventListener('abort', resolve, { once: true });
  });
}
