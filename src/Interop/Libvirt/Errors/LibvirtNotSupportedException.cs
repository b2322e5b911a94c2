namespace LibvirtBackup.Interop.Libvirt;

/// <summary>The libvirt library on this machine is older than the function that was called.</summary>
public sealed class LibvirtNotSupportedException : LibvirtException
{
    /// <summary>Creates the exception for a function that the library lacks.</summary>
    /// <param name="symbol">The C function.</param>
    /// <param name="since">The libvirt version that brought it.</param>
    /// <param name="inner">The loader's complaint, or null.</param>
    public LibvirtNotSupportedException(string symbol, Version since, Exception? inner = null)
        : base(
            symbol,
            VirErrorNumber.NoSupport,
            VirErrorDomain.None,
            $"{symbol} needs libvirt {since} or newer, and the library on this machine lacks it: upgrade libvirt",
            inner)
    {
        Symbol = symbol;
        Since = since;
    }

    /// <summary>The C function that the library lacks.</summary>
    public string Symbol { get; }

    /// <summary>The first libvirt version that has it.</summary>
    public Version Since { get; }

    internal static LibvirtNotSupportedException For(
        string symbol, string since, EntryPointNotFoundException missing) =>
        new(symbol, Version.Parse(since), missing);
}
