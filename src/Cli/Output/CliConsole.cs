using System.Text;

namespace LibvirtBackup.Cli.Output;

/// <summary>The standard streams. Results go to <see cref="Out"/>, everything else to <see cref="Error"/>.</summary>
internal sealed class CliConsole(TextReader input, TextWriter output, TextWriter error, bool interactive)
    : IDisposable
{
    /// <summary>Stdin.</summary>
    internal TextReader In { get; } = input;

    /// <summary>Stdout, buffered until the command ends.</summary>
    internal TextWriter Out { get; } = output;

    /// <summary>Stderr, never buffered.</summary>
    internal TextWriter Error { get; } = error;

    /// <summary>True when stderr is a terminal: bars may be drawn.</summary>
    internal bool ErrorIsTerminal { get; } = interactive && !Console.IsErrorRedirected;

    /// <summary>True when a question can be asked and answered.</summary>
    internal bool CanAsk { get; } = interactive && !Console.IsInputRedirected && !Console.IsErrorRedirected;

    /// <summary>The streams of this process.</summary>
    internal static CliConsole OfProcess()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var output = new StreamWriter(Console.OpenStandardOutput(), utf8, bufferSize: 16 * 1024) { NewLine = "\n" };
        var error = new StreamWriter(Console.OpenStandardError(), utf8, bufferSize: 256)
        {
            AutoFlush = true,
            NewLine = "\n",
        };
        var input = new StreamReader(Console.OpenStandardInput(), utf8, leaveOpen: true);
        return new CliConsole(input, output, error, interactive: true);
    }

    /// <summary>
    /// Writes out what is buffered. A reader that has gone away (<c>lvbackup ... | head</c>) is no error.
    /// </summary>
    internal void Flush()
    {
        try
        {
            Out.Flush();
        }
        catch (IOException e) when (IsBrokenPipe(e))
        {
            // Nobody reads any more; what the command did is done all the same.
        }
    }

    /// <summary>Closes nothing: the streams belong to the process.</summary>
    public void Dispose() => Flush();

    // .NET passes the errno of a failed write in HResult; 32 is EPIPE on Linux.
    private static bool IsBrokenPipe(IOException e) => e.HResult == 32;
}
