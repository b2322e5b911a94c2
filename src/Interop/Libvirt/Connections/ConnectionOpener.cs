using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>Opens a native connection, passing libvirt's questions on to a managed callback; blocks.</summary>
internal sealed unsafe class ConnectionOpener
{
    // Not EXTERNAL: it asks for a helper program to be run, which a text answer can not do.
    private static readonly int[] s_supported =
    [
        (int)VirConnectCredentialType.Username,
        (int)VirConnectCredentialType.Authname,
        (int)VirConnectCredentialType.Language,
        (int)VirConnectCredentialType.Cnonce,
        (int)VirConnectCredentialType.Passphrase,
        (int)VirConnectCredentialType.Echoprompt,
        (int)VirConnectCredentialType.Noechoprompt,
        (int)VirConnectCredentialType.Realm,
    ];

    private readonly Func<LibvirtCredentialRequest, string?> _answer;
    private Exception? _failure;

    private ConnectionOpener(Func<LibvirtCredentialRequest, string?> answer) => _answer = answer;

    /// <summary>Calls <c>virConnectOpenAuth</c>.</summary>
    /// <exception cref="LibvirtException">libvirt could not connect.</exception>
    public static ConnectHandle Open(string? uri, LibvirtConnectionOptions options)
    {
        VirConnectFlags flags = options.ReadOnly ? VirConnectFlags.Ro : VirConnectFlags.None;
        string? name = string.IsNullOrEmpty(uri) ? null : uri;
        if (options.Credentials is null)
            return LibvirtFunctions.virConnectOpenAuth(name, 0, flags);

        ConnectionOpener opener = new(options.Credentials);
        GCHandle self = GCHandle.Alloc(opener);
        try
        {
            fixed (int* types = s_supported)
            {
                virConnectAuth auth = new()
                {
                    credtype = types,
                    ncredtype = (uint)s_supported.Length,
                    cb = &Ask,
                    cbdata = (void*)GCHandle.ToIntPtr(self),
                };
                return LibvirtFunctions.virConnectOpenAuth(name, (nint)(&auth), flags);
            }
        }
        catch (LibvirtException) when (opener._failure is not null)
        {
            ExceptionDispatchInfo.Throw(opener._failure);
            throw; // Never reached; the compiler does not know.
        }
        finally
        {
            self.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Ask(virConnectCredential* credentials, uint count, void* opener) =>
        ((ConnectionOpener)GCHandle.FromIntPtr((nint)opener).Target!).Answer(credentials, count); // Alive during Open.

    private int Answer(virConnectCredential* credentials, uint count)
    {
        try
        {
            for (uint i = 0; i < count; i++)
            {
                virConnectCredential* credential = credentials + i;
                string? answer = _answer(new LibvirtCredentialRequest(
                    (VirConnectCredentialType)credential->type,
                    NativeText.Copy(credential->prompt),
                    NativeText.CopyOptional(credential->challenge),
                    NativeText.CopyOptional(credential->defresult)));
                if (answer is null)
                    return -1;
                Store(answer, credential);
            }

            return 0;
        }
#pragma warning disable CA1031 // No exception may cross into libvirt: it is thrown from Open instead.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failure = exception;
            return -1;
        }
    }

    // libvirt frees the answer with free(), which is what NativeMemory allocates for.
    private static void Store(string answer, virConnectCredential* credential)
    {
        int length = Encoding.UTF8.GetByteCount(answer);
        byte* copy = (byte*)NativeMemory.Alloc((nuint)length + 1);
        Encoding.UTF8.GetBytes(answer, new Span<byte>(copy, length));
        copy[length] = 0;
        credential->result = copy;
        credential->resultlen = (uint)length;
    }
}
