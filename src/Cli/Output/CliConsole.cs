using System.Text;
using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Cli.Output;

/// <summary>The standard streams. Results go to <see cref="Out"/>, everything else to <see cref="Error"/>.</summary>
internal sealed class CliConsole(TextReader input, TextWriter output, TextWriter error, bool interactive)
{
    /// <summary>Stdin.</summary>
    internal TextReader In { get; } = input;

    /// <summary>
    /// Stdout, buffered until the command ends. The framework takes a reader that has gone away
    /// (<c>lvbackup ... | head</c>) for no error.
    /// </summary>
    internal TextWriter Out { get; } = output;

    /// <summary>Stderr, never buffered; lines of several threads stay whole.</summary>
    internal TextWriter Error { get; } = TextWriter.Synchronized(error);

    /// <summary>True when stderr is a terminal: bars may be drawn.</summary>
    internal bool ErrorIsTerminal { get; } = interactive && !Console.IsErrorRedirected;

    /// <summary>True when a question can be asked and answered.</summary>
    internal bool CanAsk { get; } = interactive && !Console.IsInputRedirected && !Console.IsErrorRedirected;

    /// <summary>Columns of the terminal that stdout is, or null.</summary>
    internal int? Width { get; init; }

    /// <summary>True when stderr is a terminal whose user has nothing against colours.</summary>
    internal bool HasColors { get; init; }

    /// <summary>The streams of this process.</summary>
    internal static CliConsole OfProcess()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var output = new StreamWriter(Console.OpenStandardOutput(), utf8, bufferSize: 16 * 1024) { NewLine = "\n" };
        var error = new StreamWriter(new MessageStream(Console.OpenStandardError()), utf8, bufferSize: 256)
        {
            AutoFlush = true,
            NewLine = "\n",
        };
        var input = new StreamReader(Console.OpenStandardInput(), utf8, leaveOpen: true);
        return new CliConsole(input, output, error, interactive: true)
        {
            Width = PosixTerminal.GetColumns(),
            HasColors = !Console.IsErrorRedirected
                && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
                && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"),
        };
    }

    /// <summary>Says on stderr what ended the command.</summary>
    internal void WriteError(string message) => Error.WriteLine($"{Colored("lvbackup:", "31")} {message}");

    /// <summary>Says on stderr what the user has to know though the command goes on.</summary>
    internal void WriteWarning(string message) =>
        Error.WriteLine($"{Colored("lvbackup: warning:", "33")} {message}");

    /// <param name="text">The text.</param>
    /// <param name="color">The number that ECMA-48 gives it.</param>
    private string Colored(string text, string color) => HasColors ? $"\e[1;{color}m{text}\e[0m" : text;

    /// <summary>Writes out what is buffered of the results.</summary>
    /// <exception cref="BackupException">They could not be written.</exception>
    internal void FlushResults()
    {
        try
        {
            Out.Flush();
        }
        catch (IOException e)
        {
            throw new BackupException(
                FailureKind.Failed, $"what was asked is done, but stdout cannot be written: {e.Message}", e);
        }
    }
}
