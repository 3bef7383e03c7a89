/** Storage in a file, with the functions of `node:fs/promises`, which only some platforms have. */
export function fileStorageWith({ open, readFile, rename, unlink }) {
  return (path) => ({
    shared: false,
    async load() {
      try {
        return await readFile(path, 'utf8');
      } catch (error) {
        if (error.code === 'ENOENT') return null;
        throw error;
      }
    },
    /** The file is replaced in one step, once all of it is on the disk. */
    async save(text) {
      const unfinished = `${path}.unfinished`;
      const file = await open(unfinished, 'w', 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(unfinished, path).catch(async (error) => {
        await unlink(unfinished).catch(() => {});
        throw error;
      });
    },
  });
}
