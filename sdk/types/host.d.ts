export type CallOptions = {
    timeoutMs?: number;
    signal?: AbortSignal;
};
export type Methods = import("../types/protocol.js").Methods;
export type Events = Omit<import("../types/protocol.js").Events, "hello">;
export type ErrorCode = import("../types/protocol.js").ErrorCode;
export type Launch = import("../types/protocol.js").Launch;
export type User = import("../types/protocol.js").User;
export type Theme = import("../types/protocol.js").Theme;
export type Viewport = import("../types/protocol.js").Viewport;
export type PopupButton = import("../types/protocol.js").PopupButton;
export type Paid = import("../types/protocol.js").Paid;
export type Place = import("../types/protocol.js").Place;
export type Button = Methods["main_button.set"]["params"];
export type SecondButton = Methods["secondary_button.set"]["params"];
export type Popup = Methods["popup.open"]["params"];
export type Look = Methods["header.set"]["params"];
export type Host = {
    connected: Promise<void>;
    BarnamakError: any;
    launch: Launch | null;
    user: User | null;
    theme: Theme | null;
    viewport: Viewport | null;
    capabilities: Set<string>;
    ready: () => Promise<void>;
    close: () => Promise<void>;
    expand: () => Promise<void>;
    getToken: (options?: CallOptions) => Promise<string>;
    popup: (popup: Popup, options?: CallOptions) => Promise<string | null>;
    pay: (asked: {
        invoice: string;
    }, options?: CallOptions) => Promise<Paid>;
    alert: (text: string) => Promise<void>;
    confirm: (text: string) => Promise<boolean>;
    closingConfirmation: (needed: boolean) => Promise<void>;
    header: (look: Look) => Promise<void>;
    background: (look: Look) => Promise<void>;
    bottomBar: (look: Look) => Promise<void>;
    openLink: (url: string) => Promise<boolean>;
    haptic: (kind: string, style?: string) => Promise<void>;
    /**
     * any method of the port, by its name
     */
    call: <M extends keyof Methods>(method: M, params?: Methods[M]["params"], options?: CallOptions) => Promise<Methods[M]["result"]>;
    requestWriteAccess: (options?: CallOptions) => Promise<boolean>;
    on: <K extends keyof Events>(event: K, listener: (data: Events[K]) => void) => () => void;
    storage: {
        get(key: string, options?: CallOptions): Promise<string>;
        set(key: string, value: string, options?: CallOptions): Promise<void>;
        remove(key: string, options?: CallOptions): Promise<void>;
        keys(options?: CallOptions): Promise<string[]>;
    };
    mainButton: {
        set(button: Button): Promise<void>;
    };
    secondaryButton: {
        set(button: SecondButton): Promise<void>;
    };
    backButton: {
        set(button: {
            visible: boolean;
        }): Promise<void>;
    };
    settingsButton: {
        set(button: {
            visible: boolean;
        }): Promise<void>;
    };
    fullscreen: {
        request(): Promise<boolean>;
        exit(): Promise<boolean>;
    };
};
