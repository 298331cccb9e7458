package dev.understudy.openai;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Makes {@linkplain Line lines}, in clear or with TLS around them, and finds them again by the socket that OkHttp uses. */
final class Lines extends SocketFactory {

    /** Lines with TLS around them, until they are closed; others are their own face. */
    private final ConcurrentMap<Socket, Line> secure = new ConcurrentHashMap<>();

    /** Returns the line behind a socket, or null if it is somebody else's, such as a SOCKS proxy's. */
    @Nullable
    Line of(Socket socket) {
        return socket instanceof Line line ? line : secure.get(socket);
    }

    void forget(Socket face) {
        secure.remove(face);
    }

    @Override
    public Socket createSocket() {
        return new Line(this);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), null);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), null);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
    }

    private Socket connected(InetSocketAddress address, @Nullable InetSocketAddress local) throws IOException {
        Socket socket = createSocket();
        if (local != null) {
            socket.bind(local);
        }
        socket.connect(address);
        return socket;
    }

    /** Returns a factory that puts TLS around lines. */
    SSLSocketFactory secured(SSLSocketFactory tls) {
        return new Secured(tls);
    }

    private final class Secured extends SSLSocketFactory {
        private final SSLSocketFactory tls;

        Secured(SSLSocketFactory tls) {
            this.tls = tls;
        }

        @Override
        public Socket createSocket(Socket inner, String host, int port, boolean autoClose) throws IOException {
            Socket outer = tls.createSocket(inner, host, port, autoClose);
            if (inner instanceof Line line) {
                secure.put(outer, line);
                line.wrappedIn(outer);
            }
            return outer;
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return tls.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return tls.getSupportedCipherSuites();
        }

        @Override
        public Socket createSocket() throws IOException {
            return tls.createSocket();
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return tls.createSocket(host, port);
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
            return tls.createSocket(host, port, localHost, localPort);
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return tls.createSocket(host, port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
                throws IOException {
            return tls.createSocket(host, port, localHost, localPort);
        }
    }
}
