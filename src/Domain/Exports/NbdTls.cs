using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LibvirtBackup.Exports;

/// <summary>TLS with certificates on both sides.</summary>
internal sealed class NbdTls : IDisposable
{
    private readonly X509Certificate2 _authority;
    private readonly X509Certificate2 _server;

    private NbdTls(X509Certificate2 authority, X509Certificate2 server) => (_authority, _server) = (authority, server);

    /// <exception cref="BackupException">A file is absent or is no certificate or key.</exception>
    internal static NbdTls Load(string directory)
    {
        try
        {
            var server = X509Certificate2.CreateFromPemFile(
                Path.Combine(directory, "server-cert.pem"), Path.Combine(directory, "server-key.pem"));
            return new NbdTls(
                X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(directory, "ca-cert.pem"))), server);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new BackupException(
                FailureKind.Usage,
                $"cannot use the certificates in '{directory}': {e.Message}; it needs ca-cert.pem, server-cert.pem and "
                + "server-key.pem",
                e);
        }
    }

    /// <exception cref="AuthenticationException">The client has no certificate of the authority.</exception>
    internal async Task<Stream> SecureAsync(Stream stream, CancellationToken cancellationToken)
    {
        var secure = new SslStream(stream);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificate = _server,
            ClientCertificateRequired = true,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { _authority },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        };
        try
        {
            await secure.AuthenticateAsServerAsync(options, cancellationToken).ConfigureAwait(false);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public void Dispose()
    {
        _authority.Dispose();
        _server.Dispose();
    }
}
