using System.Globalization;
using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Nbd;

/// <summary>Sets a handle up, begins to connect, and reads what the server told. For the I/O thread only.</summary>
internal static class NbdNegotiation
{
    /// <summary>
    /// Refuses, on the caller's thread, what the native side would misread: a NUL cuts a string short there.
    /// </summary>
    public static void Validate(NbdEndpoint endpoint, NbdConnectionOptions options)
    {
        string?[] texts = endpoint switch
        {
            NbdEndpoint.UnixSocket unix => [unix.Path, unix.Export],
            NbdEndpoint.Tcp tcp => [tcp.Host, tcp.Export],
            NbdEndpoint.Uri uri => [uri.Address],
            NbdEndpoint.SocketActivation program => [.. program.Command],
            _ => [],
        };
        string?[] all = [.. texts, .. options.MetaContexts, options.TlsCertificatesDirectory,
            options.TlsPreSharedKeyFile, options.TlsUserName];
        if (all.Any(text => text?.Contains('\0') == true))
            throw new ArgumentException("A name, path or URI for an NBD connection holds a NUL.", nameof(endpoint));
        if (endpoint is NbdEndpoint.SocketActivation { Command.Count: 0 })
            throw new ArgumentException("An NBD server that is to be started has no program.", nameof(endpoint));
        if (endpoint is NbdEndpoint.Tcp { Port: < 1 or > 65535 } bad)
            throw new ArgumentException($"The NBD port {bad.Port} is not between 1 and 65535.", nameof(endpoint));
    }

    /// <summary>Sets everything that must be set before connecting.</summary>
    public static void Configure(nint handle, NbdConnectionOptions options)
    {
        Check(NbdNative.nbd_set_tls(handle, (int)options.Tls), nameof(NbdNative.nbd_set_tls));
        Check(NbdNative.nbd_set_tls_verify_peer(handle, options.VerifyTlsPeer ? (byte)1 : (byte)0),
            nameof(NbdNative.nbd_set_tls_verify_peer));
        if (options.TlsCertificatesDirectory is { } directory)
        {
            Check(NbdNative.nbd_set_tls_certificates(handle, directory), nameof(NbdNative.nbd_set_tls_certificates));
        }

        if (options.TlsPreSharedKeyFile is { } keys)
            Check(NbdNative.nbd_set_tls_psk_file(handle, keys), nameof(NbdNative.nbd_set_tls_psk_file));
        if (options.TlsUserName is { } user)
            Check(NbdNative.nbd_set_tls_username(handle, user), nameof(NbdNative.nbd_set_tls_username));

        // libnbd zeroes every read buffer first, in case the caller looks at it after an error. Ours do not.
        Check(NbdNative.nbd_set_pread_initialize(handle, 0), nameof(NbdNative.nbd_set_pread_initialize));
        foreach (string context in options.MetaContexts.Distinct(StringComparer.Ordinal))
            Check(NbdNative.nbd_add_meta_context(handle, context), nameof(NbdNative.nbd_add_meta_context));
    }

    /// <summary>Begins to connect; a host name is looked up before this returns.</summary>
    public static void BeginConnect(nint handle, NbdEndpoint endpoint)
    {
        switch (endpoint)
        {
            case NbdEndpoint.UnixSocket unix:
                SetExport(handle, unix.Export);
                Check(NbdNative.nbd_aio_connect_unix(handle, unix.Path), nameof(NbdNative.nbd_aio_connect_unix));
                break;
            case NbdEndpoint.Tcp tcp:
                SetExport(handle, tcp.Export);
                string port = tcp.Port.ToString(CultureInfo.InvariantCulture);
                Check(NbdNative.nbd_aio_connect_tcp(handle, tcp.Host, port), nameof(NbdNative.nbd_aio_connect_tcp));
                break;
            case NbdEndpoint.Uri uri:
                Check(NbdNative.nbd_aio_connect_uri(handle, uri.Address), nameof(NbdNative.nbd_aio_connect_uri));
                break;
            case NbdEndpoint.SocketActivation program:
                StartProgram(handle, program.Command);
                break;
        }
    }

    /// <summary>Reads what the server told; the handle is ready.</summary>
    public static NbdExportInfo ReadExportInfo(nint handle, NbdConnectionOptions options)
    {
        long size = Check(NbdNative.nbd_get_size(handle), nameof(NbdNative.nbd_get_size));
        return new NbdExportInfo
        {
            SizeBytes = size,
            IsReadOnly = Flag(NbdNative.nbd_is_read_only(handle), nameof(NbdNative.nbd_is_read_only)),
            CanZero = Flag(NbdNative.nbd_can_zero(handle), nameof(NbdNative.nbd_can_zero)),
            CanFastZero = Flag(NbdNative.nbd_can_fast_zero(handle), nameof(NbdNative.nbd_can_fast_zero)),
            CanTrim = Flag(NbdNative.nbd_can_trim(handle), nameof(NbdNative.nbd_can_trim)),
            CanFlush = Flag(NbdNative.nbd_can_flush(handle), nameof(NbdNative.nbd_can_flush)),
            CanMultiConnect = Flag(NbdNative.nbd_can_multi_conn(handle), nameof(NbdNative.nbd_can_multi_conn)),
            IsEncrypted = Flag(NbdNative.nbd_get_tls_negotiated(handle), nameof(NbdNative.nbd_get_tls_negotiated)),
            MinimumBlockSize = BlockSize(handle, NbdNative.SizeMinimum, 1),
            PreferredBlockSize = BlockSize(handle, NbdNative.SizePreferred, 4096),
            MaximumBlockSize = Math.Min(
                BlockSize(handle, NbdNative.SizeMaximum, NbdExportInfo.DefaultMaximumBlockSize),
                NativeBufferPool.MaximumLength),
            MetaContexts = [.. options.MetaContexts.Distinct(StringComparer.Ordinal).Where(
                context => HasContext(handle, context))],
        };
    }

    /// <summary>libnbd copies the arguments before it forks.</summary>
    private static unsafe void StartProgram(nint handle, IReadOnlyList<string> command)
    {
        var arguments = new nint[command.Count + 1]; // the last stays 0: the end
        try
        {
            for (int i = 0; i < command.Count; i++)
                arguments[i] = Marshal.StringToCoTaskMemUTF8(command[i]);
            fixed (nint* argv = arguments)
            {
                Check(NbdNative.nbd_aio_connect_systemd_socket_activation(handle, argv),
                    nameof(NbdNative.nbd_aio_connect_systemd_socket_activation));
            }
        }
        finally
        {
            foreach (nint argument in arguments)
                Marshal.FreeCoTaskMem(argument);
        }
    }

    private static bool HasContext(nint handle, string context) =>
        NbdNative.nbd_can_meta_context(handle, context) switch
        {
            1 => true,
            0 => false,

            // EINVAL: the server has no structured replies, so nothing was negotiated.
            _ when NbdNative.nbd_get_errno() == Posix.Errno.Invalid => false,
            _ => throw NbdException.FromLastError(nameof(NbdNative.nbd_can_meta_context)),
        };

    private static int BlockSize(nint handle, int which, int otherwise)
    {
        long size = Check(NbdNative.nbd_get_block_size(handle, which), nameof(NbdNative.nbd_get_block_size));
        return size == 0 ? otherwise : (int)Math.Min(size, int.MaxValue);
    }

    private static void SetExport(nint handle, string export) =>
        Check(NbdNative.nbd_set_export_name(handle, export), nameof(NbdNative.nbd_set_export_name));

    private static bool Flag(int result, string function) => Check(result, function) != 0;

    private static long Check(long result, string function) =>
        result >= 0 ? result : throw NbdException.FromLastError(function);
}
