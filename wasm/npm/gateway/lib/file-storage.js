/** Storage in a file, with the functions of `node:fs/promises`, which only some platforms have. */
export function fileStorageWith(files) {
  return (path) => {
    // One write after another: they share the unfinished file.
    let last = Promise.resolve();
    return {
      shared: false,
      async load() {
        try {
          return await files.readFile(path, 'utf8');
        } catch (error) {
          if (error.code === 'ENOENT') return null;
          throw error;
        }
      },
      save(text) {
        last = last.catch(() => {}).then(() => replace(files, path, text));
        return last;
      },
    };
  };
}

/** Replaces a file in one step, once all of it is on the disk. */
async function replace({ open, rename, unlink }, path, text) {
  const unfinished = `${path}.unfinished`;
  try {
    const file = await open(unfinished, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await unlink(unfinished).catch(() => {});
    throw error;
  }
}
