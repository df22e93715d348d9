// What phones beside this one have shown: brought to the server as they made it, when there is one.

import { Refused, sendFilm } from "./api.js";
import { removeFilm, waitingFilms } from "./store.js";

export async function bringFilms(token) {
  for (const { id, film } of await waitingFilms()) {
    try {
      await sendFilm(token, film);
    } catch (error) {
      // The server has read it and wants none of it; the phone that made it sends its own scans.
      if (!(error instanceof Refused) || error.status === 401) throw error;
    }
    await removeFilm(id);
  }
}
