using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Nbd;

/// <summary>
/// Raw imports of libnbd (since 1.12, the version that has nbd_set_pread_initialize). Callback structs go by value,
/// as in C.
/// </summary>
internal static unsafe partial class NbdNative
{
    public const int DirectionRead = 1;
    public const int DirectionWrite = 2;
    public const int SizeMinimum = 0;
    public const int SizePreferred = 1;
    public const int SizeMaximum = 2;

    internal const string Library = "libnbd.so.0";

    [LibraryImport(Library)]
    internal static partial nint nbd_create();

    [LibraryImport(Library)]
    internal static partial void nbd_close(nint h);

    [LibraryImport(Library)]
    internal static partial byte* nbd_get_error();

    [LibraryImport(Library)]
    internal static partial int nbd_get_errno();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int nbd_set_export_name(nint h, string name);

    [LibraryImport(Library)]
    internal static partial int nbd_set_tls(nint h, int mode);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int nbd_set_tls_certificates(nint h, string directory);

    [LibraryImport(Library)]
    internal static partial int nbd_set_tls_verify_peer(nint h, byte verify);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int nbd_set_tls_username(nint h, string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int nbd_set_tls_psk_file(nint h, string path);

    [LibraryImport(Library)]
    internal static partial int nbd_set_pread_initialize(nint h, byte initialize);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int nbd_add_meta_context(nint h, string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int nbd_aio_connect_unix(nint h, string path);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int nbd_aio_connect_tcp(nint h, string host, string port);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int nbd_aio_connect_uri(nint h, string uri);

    [LibraryImport(Library)]
    internal static unsafe partial int nbd_aio_connect_systemd_socket_activation(nint h, nint* argv);

    [LibraryImport(Library)]
    internal static partial int nbd_kill_subprocess(nint h, int signal);

    [LibraryImport(Library)]
    internal static partial int nbd_aio_disconnect(nint h, uint flags);

    [LibraryImport(Library)]
    internal static partial int nbd_is_read_only(nint h);

    [LibraryImport(Library)]
    internal static partial int nbd_can_flush(nint h);

    [LibraryImport(Library)]
    internal static partial int nbd_can_trim(nint h);

    [LibraryImport(Library)]
    internal static partial int nbd_can_zero(nint h);

    [LibraryImport(Library)]
    internal static partial int nbd_can_fast_zero(nint h);

    [LibraryImport(Library)]
    internal static partial int nbd_can_multi_conn(nint h);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int nbd_can_meta_context(nint h, string name);

    [LibraryImport(Library)]
    internal static partial int nbd_get_tls_negotiated(nint h);

    [LibraryImport(Library)]
    internal static partial long nbd_get_size(nint h);

    [LibraryImport(Library)]
    internal static partial long nbd_get_block_size(nint h, int which);

    [LibraryImport(Library)]
    internal static partial long nbd_aio_pread(
        nint h, byte* buffer, nuint count, ulong offset, NbdCompletionCallback completion, uint flags);

    [LibraryImport(Library)]
    internal static partial long nbd_aio_pwrite(
        nint h, byte* buffer, nuint count, ulong offset, NbdCompletionCallback completion, uint flags);

    [LibraryImport(Library)]
    internal static partial long nbd_aio_zero(
        nint h, ulong count, ulong offset, NbdCompletionCallback completion, uint flags);

    [LibraryImport(Library)]
    internal static partial long nbd_aio_trim(
        nint h, ulong count, ulong offset, NbdCompletionCallback completion, uint flags);

    [LibraryImport(Library)]
    internal static partial long nbd_aio_flush(nint h, NbdCompletionCallback completion, uint flags);

    [LibraryImport(Library)]
    internal static partial long nbd_aio_block_status(
        nint h, ulong count, ulong offset, NbdExtentCallback extents, NbdCompletionCallback completion, uint flags);

    [LibraryImport(Library)]
    internal static partial int nbd_aio_get_fd(nint h);

    [LibraryImport(Library)]
    internal static partial uint nbd_aio_get_direction(nint h);

    [LibraryImport(Library)]
    internal static partial int nbd_aio_notify_read(nint h);

    [LibraryImport(Library)]
    internal static partial int nbd_aio_notify_write(nint h);

    [LibraryImport(Library)]
    internal static partial int nbd_aio_is_ready(nint h);

    [LibraryImport(Library)]
    internal static partial int nbd_aio_is_dead(nint h);

    [LibraryImport(Library)]
    internal static partial int nbd_aio_is_closed(nint h);

    [LibraryImport(Library)]
    internal static partial int nbd_aio_in_flight(nint h);

    [LibraryImport(Library)]
    internal static partial long nbd_aio_peek_command_completed(nint h);

    [LibraryImport(Library)]
    internal static partial int nbd_aio_command_completed(nint h, ulong cookie);
}
