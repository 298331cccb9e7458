package dev.understudy.openai;

import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;

/**
 * Whose certificates are believed.
 *
 * @param sockets makes TLS sockets
 * @param manager judges certificates
 */
record Trust(SSLSocketFactory sockets, X509TrustManager manager) {

    /** Returns what OkHttp believes by itself: the JVM's trust store. */
    static Trust ofThePlatform() {
        OkHttpClient defaults = new OkHttpClient();
        X509TrustManager manager = defaults.x509TrustManager();
        if (manager == null) {
            throw new IllegalStateException("OkHttp without TLS");
        }
        return new Trust(defaults.sslSocketFactory(), manager);
    }
}
