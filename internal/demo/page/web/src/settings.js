// What drawing needs to know everywhere: the theme, names, the world's clock.
import { createContext, useContext } from "react";

export const Settings = createContext(null);
export const useSettings = () => useContext(Settings);
